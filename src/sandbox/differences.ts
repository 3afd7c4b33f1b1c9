import type { BindMount, ContainerSettings, Guarantee } from '../engine/engine.ts';
import type { RecordedMount, RecordedSettings, TmpfsMount } from '../engine/restrictions.ts';
import { McpcatError } from '../lib/errors.ts';
import type { Input } from '../lib/input.ts';

/** Something that the engine has made otherwise than it was asked to. */
export interface Difference {
  /** Of the settings. */
  readonly field: string;
  readonly expected: string;
  readonly found: string;
  /** What was asked for and is not there at all. */
  readonly lacks?: Guarantee;
}

/** Runtimes that isolate and add nothing: engines can be told to use others by default (GPUs, debuggers). */
const plainRuntimes = /^(|oci|runc|crun|youki|runsc|kata[\w-]*|io\.containerd\.(runc|runsc|kata)[\w.-]*)$/;
/** Process 1 takes orders from these; an image may not give any. */
const ordersPrefix = 'MCPCAT_';

/**
 * What a container is, read back before it is started, against what was asked for. Empty if nothing of it permits more
 * than was asked for; an image's own entry point, volumes, health checks and settings count. Pure.
 */
export function differencesOf(asked: ContainerSettings, found: RecordedSettings): Difference[] {
  return [
    ...processDifferences(asked, found),
    ...privilegeDifferences(asked, found),
    ...limitDifferences(asked, found),
    ...folderDifferences(asked, found),
  ];
}

/** Refuses a container that is not what was asked for, by the name of each field. Throws `container-differs`. */
export function refuseDifferences(asked: ContainerSettings, found: RecordedSettings): void {
  const differences = differencesOf(asked, found);
  const [first, ...more] = differences.map(
    (one) => `${one.field}: expected ${one.expected}, found ${one.found}`,
  );
  if (first === undefined) return;
  const message = `the engine has made another container than it was asked for (image ${asked.image}): ${first}`;
  throw new McpcatError('container-differs', message, { detail: more, ...adviceFor(differences) });
}

/** An engine that only lacks limits may be meant to: rootless ones often have no control groups of their own. */
function adviceFor(differences: readonly Difference[]): {
  readonly hint: string;
  readonly inputs: readonly Input[];
} {
  const lacking = differences.flatMap(({ lacks }) => lacks ?? []);
  if (lacking.length === differences.length)
    return {
      hint: 'delegate these control groups to the engine (mcpcat doctor says which it has), or do without, where your settings file permits that',
      inputs: [{ name: 'accept-missing', value: lacking.join(',') }],
    };
  return {
    hint: 'it was removed; a folder of the image (VOLUME) in which it has files must be declared in the entry, and mcpcat doctor says what this engine can enforce',
    inputs: [],
  };
}

function processDifferences(asked: ContainerSettings, found: RecordedSettings): Difference[] {
  const { entrypoint, command } = asked;
  const orders = [...new Set([...Object.keys(asked.env), ...Object.keys(found.env)])].filter((name) =>
    name.startsWith(ordersPrefix),
  );
  return [
    ...same('entry point', words(entrypoint ?? found.entrypoint), words(found.entrypoint)),
    // An engine that is given an entry point takes nothing of the image's command.
    ...same(
      'command',
      words(entrypoint === undefined && command.length === 0 ? found.command : command),
      words(found.command),
    ),
    ...orders.flatMap((name) => same(`environment ${name}`, asked.env[name], found.env[name])),
    ...unless(!found.healthCheck, { field: 'health check', expected: 'none', found: 'one' }),
    ...same('stop signal', asked.stopSignal ?? found.stopSignal, found.stopSignal),
  ];
}

function privilegeDifferences(asked: ContainerSettings, found: RecordedSettings): Difference[] {
  const { security } = asked;
  return [
    ...same('user', asked.user, found.user),
    ...same('further groups', 'none', list(found.groups)),
    ...same('read-only root', asked.readOnlyRoot, found.readOnlyRoot),
    ...same('privileged', false, found.privileged),
    ...same('no new privileges', security.noNewPrivileges, found.noNewPrivileges),
    ...same('seccomp profile', filterOf(asked), found.seccomp),
    ...same('capabilities', list(security.capabilities), list(found.capabilities)),
    ...same('network', asked.network, found.network),
    ...same('ipc', asked.ipc, found.ipc === 'unsaid' ? asked.ipc : found.ipc),
    ...same('shared namespaces', 'none', list(found.sharedNamespaces)),
    ...same('devices', 'none', list(found.devices)),
    ...runtimeDifferences(asked, found),
  ];
}

/** Whoever does without ours has the engine's own, never none. */
function filterOf({ security, lacking = [] }: ContainerSettings): RecordedSettings['seccomp'] {
  return lacking.includes('seccomp') ? 'engine-default' : security.seccomp;
}

/** The one that was asked for, or an ordinary one: which it is, is the engine's matter then. */
function runtimeDifferences(asked: ContainerSettings, found: RecordedSettings): Difference[] {
  if (asked.runtime !== undefined) return same('runtime', asked.runtime, found.runtime);
  return unless(plainRuntimes.test(found.runtime), {
    field: 'runtime',
    expected: 'one that isolates and adds nothing (runc, crun, youki, runsc, kata)',
    found: found.runtime,
  });
}

function limitDifferences(asked: ContainerSettings, found: RecordedSettings): Difference[] {
  const { lacking = [], memoryBytes, nanoCpus, pids } = asked;
  const wanted: readonly (Limit & { readonly name: Guarantee })[] = [
    { name: 'memory', field: 'memory in bytes', expected: memoryBytes, found: found.memoryBytes },
    { name: 'swap', field: 'memory with swap in bytes', expected: memoryBytes, found: found.memorySwapBytes },
    { name: 'cpu', field: 'nano-processors', expected: nanoCpus, found: found.nanoCpus },
    { name: 'pids', field: 'processes', expected: pids, found: found.pids },
    { name: 'nofile', field: 'open files', expected: asked.nofile, found: found.nofile },
  ];
  const withoutSwap = lacking.includes('memory') ? ['swap'] : [];
  return wanted.filter(({ name }) => ![...lacking, ...withoutSwap].includes(name)).flatMap(atMost);
}

function folderDifferences(asked: ContainerSettings, found: RecordedSettings): Difference[] {
  const missing = asked.mounts.filter(({ target }) => !found.mounts.some((mount) => mount.target === target));
  return [
    ...found.mounts.flatMap((mount) => mountDifferences(asked, mount)),
    ...missing.map(({ target, kind }) => ({
      field: `mount ${target}`,
      expected: `a ${kind}`,
      found: 'none',
    })),
    ...found.tmpfs
      // One that can't be written permits nothing: engines close what they would open by themselves.
      .filter(({ target, readOnly }) => !readOnly && !asked.tmpfs.some((mount) => mount.target === target))
      .map(({ target }) => ({ field: `tmpfs ${target}`, expected: 'none', found: 'one' })),
    ...asked.tmpfs.flatMap((mount) => tmpfsDifferences(mount, found.tmpfs)),
  ];
}

function mountDifferences(asked: ContainerSettings, mount: RecordedMount): Difference[] {
  const { target } = mount;
  const wanted = asked.mounts.find((one) => one.target === target);
  if (wanted !== undefined) {
    const source = isSource(wanted, mount) ? mount.source : wanted.source;
    return same(`mount ${target}`, mountText({ ...wanted, source }), mountText(mount));
  }
  // A folder of ours in memory lies over a volume of the image.
  if (mount.kind !== 'bind' && asked.tmpfs.some((one) => one.target === target)) return [];
  const found = mount.kind === 'volume' ? 'a volume, as the image has it' : mountText(mount);
  return [{ field: `mount ${target}`, expected: 'none', found }];
}

/** A volume without a name gets one; an engine in a virtual machine has the host's folders below one of its own. */
function isSource(wanted: BindMount, { source }: RecordedMount): boolean {
  if (wanted.kind === 'volume') return ['', source].includes(wanted.source);
  const drive = /^([a-z]):(.*)$/is.exec(wanted.source);
  if (drive === null) return source.endsWith(wanted.source);
  // Windows' `C:\\notes` is `/run/desktop/mnt/host/c/notes` there.
  const slashed = (text: string): string => text.replaceAll('\\', '/').toLowerCase();
  const inside = slashed(`/${drive[1] ?? ''}${drive[2] ?? ''}`);
  return slashed(source) === slashed(wanted.source) || slashed(source).endsWith(inside);
}

function tmpfsDifferences(asked: TmpfsMount, all: readonly TmpfsMount[]): Difference[] {
  const found = all.find(({ target }) => target === asked.target);
  return same(`tmpfs ${asked.target}`, tmpfsText(asked), found === undefined ? 'none' : tmpfsText(found));
}

function tmpfsText({ bytes, readOnly }: TmpfsMount): string {
  return `${String(bytes)} bytes, ${readOnly ? 'read-only' : 'writable'}`;
}

function mountText({ kind, source, readOnly }: Omit<RecordedMount, 'target'>): string {
  return `${kind} ${source}, ${readOnly ? 'read-only' : 'writable'}`;
}

function same(
  field: string,
  expected: string | boolean | undefined,
  found: string | boolean | undefined,
): Difference[] {
  return unless(expected === found, {
    field,
    expected: String(expected ?? 'none'),
    found: String(found ?? 'none'),
  });
}

interface Limit {
  readonly field: string;
  readonly expected: number;
  readonly found: number;
  readonly name?: Guarantee;
}

/** No limit is 0 or less. */
function atMost({ field, expected, found, name }: Limit): Difference[] {
  const difference = { field, expected: `at most ${String(expected)}` };
  if (found > 0) return unless(found <= expected, { ...difference, found: String(found) });
  return [{ ...difference, found: 'no limit', ...(name === undefined ? {} : { lacks: name }) }];
}

function unless(holds: boolean, difference: Difference): Difference[] {
  return holds ? [] : [difference];
}

function words(all: readonly string[]): string {
  return JSON.stringify(all);
}

function list(all: readonly string[]): string {
  return all.length === 0 ? 'none' : all.join(', ');
}
