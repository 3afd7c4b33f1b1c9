import { constants } from 'node:os';
import type { ContainerFacts } from '../engine.ts';
import type { RecordedMount, RecordedSettings } from '../restrictions.ts';
import { docker, type Dialect } from './dialect.ts';
import { fieldsOf, itemsOf, numberOf, textOf, wordsOf, type Fields } from '../json.ts';
import { keptCapabilities, tmpfsMount } from './words.ts';

/** `GET /containers/ID/json` in our own words. */
export function containerFacts(answer: unknown, dialect: Dialect = docker): ContainerFacts {
  const body = fieldsOf(answer);
  const [state, config] = [fieldsOf(body['State']), fieldsOf(body['Config'])];
  return {
    id: textOf(body['Id']),
    state: textOf(state['Status']),
    exitCode: numberOf(state['ExitCode']),
    outOfMemory: state['OOMKilled'] === true,
    pid: numberOf(state['Pid']),
    labels: Object.fromEntries(
      Object.entries(fieldsOf(config['Labels'])).map(([name, value]) => [name, textOf(value)]),
    ),
    image: textOf(config['Image']),
    imageId: textOf(body['Image']),
    startedAt: textOf(state['StartedAt']),
    finishedAt: textOf(state['FinishedAt']),
    recorded: recordedSettings(body, config, dialect),
  };
}

function recordedSettings(body: Fields, config: Fields, dialect: Dialect): RecordedSettings {
  const host = fieldsOf(body['HostConfig']);
  const { tmpfs, unsafe } = memoryFolders(host);
  return {
    entrypoint: wordsOf(config['Entrypoint']),
    command: wordsOf(config['Cmd']),
    env: environment(config),
    user: textOf(config['User']),
    groups: wordsOf(host['GroupAdd']),
    readOnlyRoot: host['ReadonlyRootfs'] === true,
    network: textOf(host['NetworkMode']),
    ipc: dialect.ipc(textOf(host['IpcMode'])),
    sharedNamespaces: sharedNamespaces(host),
    ...privileges(host, dialect),
    ...limits(host),
    tmpfs,
    mounts: [...mounts(body), ...unsafe],
    devices: devices(host),
    runtime: textOf(host['Runtime']),
    healthCheck: hasHealthCheck(config),
    stopSignal: signalName(textOf(config['StopSignal'])),
  };
}

function environment(config: Fields): Record<string, string> {
  return Object.fromEntries(
    wordsOf(config['Env']).map((text) => {
      const at = text.indexOf('=');
      return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

type Privileges = Pick<RecordedSettings, 'privileged' | 'noNewPrivileges' | 'seccomp' | 'capabilities'>;

function privileges(host: Fields, { seccomp, ordinaryCapabilities }: Dialect): Privileges {
  const options = wordsOf(host['SecurityOpt']);
  return {
    privileged: host['Privileged'] === true,
    noNewPrivileges: options.some((option) => /^no-new-privileges([:=]true)?$/.test(option)),
    seccomp: filterOf(options, seccomp),
    capabilities: keptCapabilities({
      ordinary: ordinaryCapabilities,
      dropped: wordsOf(host['CapDrop']),
      added: wordsOf(host['CapAdd']),
    }),
  };
}

/** All that is said of it: with several, nobody knows which one the engine takes. */
function filterOf(options: readonly string[], ours: string): RecordedSettings['seccomp'] {
  const said = options.filter((option) => /^seccomp[:=]/.test(option));
  if (said.length === 0) return 'engine-default';
  return said.every((option) => option.slice('seccomp='.length) === ours) ? 'mcpcat' : 'other';
}

type Limits = Pick<RecordedSettings, 'memoryBytes' | 'memorySwapBytes' | 'nanoCpus' | 'pids' | 'nofile'>;

function limits(host: Fields): Limits {
  const [quota, period] = [numberOf(host['CpuQuota']), numberOf(host['CpuPeriod'])];
  const files = itemsOf(host['Ulimits'])
    .map(fieldsOf)
    .find(({ Name }) => /^(RLIMIT_)?nofile$/i.test(textOf(Name)));
  return {
    memoryBytes: numberOf(host['Memory']),
    memorySwapBytes: numberOf(host['MemorySwap']),
    // Podman keeps the same limit as a share of a period.
    nanoCpus: numberOf(host['NanoCpus']) || (period > 0 ? Math.round((quota / period) * 1e9) : 0),
    pids: numberOf(host['PidsLimit']),
    nofile: numberOf(files?.['Hard']),
  };
}

/** A folder in memory that permits more than ours do counts as a mount that nobody asked for. */
function memoryFolders(host: Fields): { tmpfs: RecordedSettings['tmpfs']; unsafe: readonly RecordedMount[] } {
  const all = Object.entries(fieldsOf(host['Tmpfs'])).map(([target, options]) => ({
    target,
    mount: tmpfsMount(target, textOf(options)),
  }));
  return {
    tmpfs: all.flatMap(({ mount }) => mount ?? []),
    unsafe: all
      .filter(({ mount }) => mount === undefined)
      .map(({ target }) => ({ kind: 'tmpfs', source: '', target, readOnly: false })),
  };
}

function mounts(body: Fields): RecordedMount[] {
  return itemsOf(body['Mounts'])
    .map(fieldsOf)
    .map((mount) => ({
      kind: textOf(mount['Type']),
      source: mount['Type'] === 'volume' ? textOf(mount['Name']) : textOf(mount['Source']),
      target: textOf(mount['Destination']),
      readOnly: mount['RW'] !== true,
    }));
}

function devices(host: Fields): string[] {
  return [
    ...itemsOf(host['Devices']).map(
      (device) => textOf(fieldsOf(device)['PathOnHost']) || 'one without a path',
    ),
    ...itemsOf(host['DeviceRequests']).map((request) => textOf(fieldsOf(request)['Driver']) || 'a request'),
    ...wordsOf(host['DeviceCgroupRules']),
  ];
}

/** Its own are empty or `private`. */
function sharedNamespaces(host: Fields): string[] {
  const modes = { pid: host['PidMode'], uts: host['UTSMode'], user: host['UsernsMode'] };
  return Object.entries(modes)
    .map(([name, mode]) => [name, textOf(mode)] as const)
    .filter(([, mode]) => mode === 'host' || mode.includes(':'))
    .map(([name, mode]) => `${name}: ${mode}`);
}

/** Podman 4 gives a signal's number. */
function signalName(text: string): string | undefined {
  const found = Object.entries(constants.signals).find(([, number]) => String(number) === text);
  return found?.[0] ?? (text === '' ? undefined : text);
}

function hasHealthCheck(config: Fields): boolean {
  const [first] = wordsOf(fieldsOf(config['Healthcheck'])['Test']);
  return first !== undefined && first !== '' && first !== 'NONE';
}
