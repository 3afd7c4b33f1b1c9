import { hostAddresses } from '../egress/addresses.ts';
import { policyOf } from '../egress/policy.ts';
import type { BindMount, ContainerSettings, Labels, NameResolution } from '../engine/engine.ts';
import type { TmpfsMount } from '../engine/restrictions.ts';
import { containerLabels, label } from '../lib/labels.ts';
import { closedVolumes, startWords, type StartOfImage } from './image-start.ts';
import { headRoom } from './isolation.ts';
import { parseOwner } from './owner.ts';
import type { Sandbox } from './sandbox.ts';

/** A tmpfs counts into the container's memory; this keeps one folder from taking all of it. */
const tmpfsShare = 8;
const tmpfsLeast = 16 * 1024 ** 2;

/** Engines mount a writable message queue there even with `ipc: none` and a read-only root (measured on 20.10). */
const closedQueues: TmpfsMount = {
  target: '/dev/mqueue',
  bytes: 4096,
  uid: 0,
  gid: 0,
  mode: 0o555,
  readOnly: true,
};

/** How one container is named to the engine. */
export interface Start {
  readonly image: string;
  readonly labels: Labels;
  readonly autoRemove: boolean;
  /** Graces of mcpcat-init in milliseconds, where they differ from its own. */
  readonly eofGrace?: number | undefined;
  readonly termGrace?: number | undefined;
  /** Undefined for whoever starts it without us, with the image's own process 1. */
  readonly process1?: OwnProcess1;
  /** Process 1 ends the server if nobody holds a lease on it for long (src/init/lease-holders.h). */
  readonly lease?: 'held' | 'none';
}

/** Ours, in place of whatever an image would start. */
export interface OwnProcess1 {
  /** Holds it: as it is mounted. Undefined where it is the image's own, and the container is parked on it. */
  readonly mount: BindMount | undefined;
  /** Its path in the container. */
  readonly path: string;
  readonly image: StartOfImage;
}

/**
 * The container's settings: the only place in mcpcat where a capability, a mount or a limit is set. Smoke test and
 * launcher both start from here, so what was verified is what runs.
 */
export function settingsOf(sandbox: Sandbox, start: Start): ContainerSettings {
  const mounts = sandbox.mounts.map((mount) => ownedMount(mount, start.labels));
  const tmpfs = [...sandbox.writable.map((folder) => writableFolder(folder, sandbox)), closedQueues];
  const { process1 } = start;
  return {
    image: start.image,
    ...(process1 === undefined ? { command: sandbox.args } : startedBy(process1, sandbox)),
    env: { ...sandbox.env, ...initEnv(sandbox, start) },
    labels: containerLabels(start.labels),
    user: sandbox.user,
    hostname: 'mcp',
    readOnlyRoot: true,
    security: { noNewPrivileges: true, seccomp: 'mcpcat', capabilities: [] },
    network: 'none',
    // Even a read-only container keeps a writable /dev/shm unless there is no IPC at all.
    ipc: sandbox.shmBytes === undefined ? 'none' : 'private',
    ...(sandbox.shmBytes === undefined ? {} : { shmBytes: sandbox.shmBytes }),
    memoryBytes: sandbox.memoryBytes,
    nanoCpus: Math.round(sandbox.cpus * 1e9),
    pids: sandbox.pids + headRoom(sandbox.isolation),
    ...(sandbox.isolation === undefined ? {} : { runtime: sandbox.isolation.runtime }),
    nofile: 4096,
    ...(sandbox.lacking === undefined ? {} : { lacking: sandbox.lacking }),
    tmpfs: [...tmpfs, ...closedVolumes(process1?.image.emptyVolumes ?? [], [...mounts, ...tmpfs])],
    mounts: [...mounts, ...(process1?.mount === undefined ? [] : [process1.mount])],
    // Process 1 or the relay answers on port 53 without any capability.
    sysctls: { 'net.ipv4.ip_unprivileged_port_start': '0' },
    nameResolution: nameResolutionOf(sandbox),
    autoRemove: start.autoRemove,
    // Process 1 knows no other, whatever the image says.
    stopSignal: 'SIGTERM',
  };
}

function startedBy(
  { path, image }: OwnProcess1,
  sandbox: Sandbox,
): Pick<ContainerSettings, 'entrypoint' | 'command'> {
  const { program, args } = startWords(image, sandbox);
  return { entrypoint: [path, '--', ...program], command: args };
}

/** A volume that is kept says whose it is: names alone are the same for everybody on an engine. */
function ownedMount(mount: BindMount, labels: Labels): BindMount {
  const owner = parseOwner(labels[label.owner] ?? '');
  if (mount.labels === undefined || owner === undefined) return mount;
  return { ...mount, labels: { ...mount.labels, [label.host]: owner.host } };
}

/** Whether a relay runs beside the server: the way to permitted hosts, or the client's way in. */
export function hasTunnel({ network, http }: Pick<Sandbox, 'network' | 'http'>): boolean {
  return network.length > 0 || http !== undefined;
}

/**
 * The container has no network either way; with permitted hosts, names lead to loopback, where the relay listens. A
 * server that speaks HTTP needs the relay as well: it is how the client gets in.
 * An engine that writes the files is told of the resolver, and of exact names for where it treats that differently (docs/facts.md).
 */
function nameResolutionOf(sandbox: Sandbox): NameResolution {
  if (!hasTunnel(sandbox)) return { files: 'empty', resolvers: [], hosts: [] };
  return {
    files: sandbox.readsResolvConf ? 'written' : 'empty',
    resolvers: ['127.0.0.1'],
    hosts: hostAddresses(policyOf(sandbox.network).names),
  };
}

function writableFolder(target: string, { memoryBytes, user }: Sandbox): TmpfsMount {
  const [uid = Number.NaN, gid = Number.NaN] = user.split(':').map(Number);
  const bytes = Math.max(tmpfsLeast, Math.floor(memoryBytes / tmpfsShare));
  // The mode counts only where the image has no such folder (docs/facts.md); /tmp is 1777 there.
  return { target, bytes, uid, gid, mode: target === '/tmp' ? 0o1777 : 0o700, readOnly: false };
}

/** Milliseconds. A server that speaks HTTP does not read its stdin, so its end is not worth waiting for. */
const httpGrace = 100;

function initEnv(sandbox: Sandbox, { eofGrace: wanted, termGrace, lease }: Start): Record<string, string> {
  const eofGrace = sandbox.http === undefined ? wanted : httpGrace;
  return {
    // Where an engine means something else by its network "none", the server does not start.
    MCPCAT_NETWORK: 'none',
    ...mountEnv(sandbox.mounts),
    // Process 1 tells what ends inside the container; one that is older does not know it.
    MCPCAT_REPORTS: '1',
    ...(lease === 'held' ? { MCPCAT_LEASE: '1' } : {}),
    ...(hasTunnel(sandbox) ? { MCPCAT_PORTS: policyOf(sandbox.network).ports.join(',') } : {}),
    ...(Object.keys(sandbox.secrets).length > 0 ? { MCPCAT_PREAMBLE: '1' } : {}),
    ...(eofGrace === undefined ? {} : { MCPCAT_EOF_GRACE_MS: String(eofGrace) }),
    ...(termGrace === undefined ? {} : { MCPCAT_TERM_GRACE_MS: String(termGrace) }),
  };
}

/** What was judged, by what it is: process 1 compares what is mounted (docs/decisions/0021-what-was-judged-is-mounted.md). */
function mountEnv(mounts: Sandbox['mounts']): Record<string, string> {
  const lines = mounts.flatMap(({ target, identity }) =>
    identity === undefined ? [] : [`${identity} ${target}\n`],
  );
  return lines.length === 0 ? {} : { MCPCAT_MOUNTS: lines.join('') };
}

/** The secrets as mcpcat-init reads them from stdin before anything else; undefined if there are none. */
export function secretsHandoffOf({ secrets }: Sandbox): Buffer | undefined {
  const records = Object.entries(secrets).map(([name, value]) => `${name}=${value}\0`);
  if (records.length === 0) return undefined;
  const body = Buffer.from(records.join(''));
  return Buffer.concat([Buffer.from(`MCPCAT1 ${String(body.length)}\n`), body]);
}
