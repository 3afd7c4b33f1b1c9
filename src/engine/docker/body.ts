import type { ContainerCreateOptions } from 'dockerode';
import type { BindMount, ContainerSettings, LimitName } from '../engine.ts';
import { docker, type Dialect } from './dialect.ts';
import { hostText, securityOptions } from './words.ts';

/** How the engine keeps containers apart besides. */
export interface Confinement {
  /** By SELinux: a container uses only what carries its label. */
  readonly confined?: boolean;
}

/** Our settings in the Engine API's words (POST /containers/create, API 1.41 and later). */
export function createBody(
  asked: ContainerSettings,
  dialect: Dialect = docker,
  { confined = false }: Confinement = {},
): ContainerCreateOptions {
  const settings = dialect.translate(asked);
  const labelled = settings.mounts.filter((mount) => confined && isLabelled(mount));
  return {
    Image: settings.image,
    Cmd: [...settings.command],
    ...(settings.entrypoint === undefined ? {} : { Entrypoint: [...settings.entrypoint] }),
    Env: Object.entries(settings.env).map(([name, value]) => `${name}=${value}`),
    Labels: { ...settings.labels },
    User: settings.user,
    ...(settings.workingDir === undefined ? {} : { WorkingDir: settings.workingDir }),
    ...(settings.hostname === undefined ? {} : { Hostname: settings.hostname }),
    ...(settings.stopSignal === undefined ? {} : { StopSignal: settings.stopSignal }),
    // Whatever the image says: nothing but its server runs in a container.
    Healthcheck: { Test: ['NONE'] },
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    OpenStdin: true,
    // Half-closing our side reaches the server as EOF, while its replies still come back.
    StdinOnce: true,
    Tty: false,
    // Network `none` is a namespace with loopback alone either way. Told of no network at all, the engine leaves it to
    // runc and runs no program of its own for it, which takes a fourth of a start (docs/decisions/0017).
    NetworkDisabled: settings.network === 'none' && settings.nameResolution.files === 'empty',
    HostConfig: {
      ...hostConfig(settings, dialect),
      Mounts: settings.mounts.filter((mount) => !labelled.includes(mount)).map(mountBody),
      ...(labelled.length === 0 ? {} : { Binds: labelled.map(bindText) }),
    },
  };
}

function hostConfig(settings: ContainerSettings, dialect: Dialect): ContainerCreateOptions['HostConfig'] {
  const { security, nameResolution } = settings;
  return {
    AutoRemove: settings.autoRemove,
    LogConfig: { Type: 'none', Config: {} },
    ReadonlyRootfs: settings.readOnlyRoot,
    Privileged: false,
    CapDrop: ['ALL'],
    ...(security.capabilities.length === 0 ? {} : { CapAdd: [...security.capabilities] }),
    SecurityOpt: [...securityOptions(security), `seccomp=${dialect.seccomp}`],
    ...(settings.runtime === undefined ? {} : { Runtime: settings.runtime }),
    NetworkMode: settings.network,
    IpcMode: settings.ipc,
    ...(settings.shmBytes === undefined ? {} : { ShmSize: settings.shmBytes }),
    ...limits(settings),
    Ulimits: [
      { Name: 'nofile', Soft: settings.nofile, Hard: settings.nofile },
      { Name: 'core', Soft: 0, Hard: 0 },
      ...dialect.ulimits,
    ],
    Tmpfs: Object.fromEntries(settings.tmpfs.map((mount) => [mount.target, dialect.tmpfs(mount)])),
    Sysctls: { ...settings.sysctls },
    Dns: [...nameResolution.resolvers],
    ExtraHosts: nameResolution.hosts.map(hostText),
  };
}

/** With swap the same as memory: none on top. */
function limits({ memoryBytes, nanoCpus, pids, lacking = [] }: ContainerSettings): object {
  const has = (...names: readonly LimitName[]): boolean => !names.some((name) => lacking.includes(name));
  return {
    ...(has('memory') ? { Memory: memoryBytes } : {}),
    ...(has('memory', 'swap') ? { MemorySwap: memoryBytes } : {}),
    ...(has('cpu') ? processors(nanoCpus) : {}),
    ...(has('pids') ? { PidsLimit: pids } : {}),
  };
}

/**
 * The limit of processors is a share of a period (cpu.max in the kernel's cgroup-v2.rst). In an engine's own 100 ms a
 * server that loads its modules on two threads has used up its share before it answers, and stands still until the next
 * one begins; of this one it has the same share (docs/decisions/0081).
 */
const periodUs = 250_000;

function processors(nanoCpus: number): { readonly CpuPeriod: number; readonly CpuQuota: number } {
  return { CpuPeriod: periodUs, CpuQuota: Math.floor((nanoCpus * periodUs) / 1e9) };
}

interface VolumeOptions {
  readonly NoCopy: boolean;
  readonly Labels: Record<string, string>;
  readonly DriverConfig: { readonly Name: string; readonly Options: Record<string, string> };
}

function mountBody(mount: BindMount): {
  Type: 'bind' | 'volume';
  Source: string;
  Target: string;
  ReadOnly: boolean;
  BindOptions?: { Propagation: 'rprivate' };
  VolumeOptions?: VolumeOptions;
} {
  const common = { Source: mount.source, Target: mount.target, ReadOnly: mount.readOnly };
  if (mount.kind === 'volume') return { Type: 'volume', ...common, VolumeOptions: volumeOptions(mount) };
  return { Type: 'bind', ...common, BindOptions: { Propagation: 'rprivate' } };
}

/** Only the older form of a bind has a word for it (the API's Binds); it can't say a path with a colon. */
function isLabelled({ kind, relabel, source, target }: BindMount): boolean {
  return kind === 'bind' && relabel === 'allowed' && !`${source}${target}`.includes(':');
}

function bindText({ source, target, readOnly }: BindMount): string {
  return `${source}:${target}:${readOnly ? 'ro' : 'rw'},rprivate,z`;
}

/** `NoCopy: false`: an empty volume takes owner, mode and content of the image's folder. */
function volumeOptions({ labels = {}, empty }: BindMount): VolumeOptions {
  return { NoCopy: empty === true, Labels: { ...labels }, DriverConfig: { Name: 'local', Options: {} } };
}
