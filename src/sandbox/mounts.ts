import path from 'node:path';
import type { Entry, Mount } from '../catalog/entry.ts';
import type { BindMount } from '../engine/engine.ts';
import { McpcatError } from '../lib/errors.ts';
import { didYouMean } from '../lib/nearest.ts';
import { guardsOf, mountIdentity } from './guards.ts';
import { refuseFileWriting } from './file-guard.ts';
import { isOwnPlace } from './refusal.ts';
import { samePath } from './same-path.ts';
import { safeSource } from './mount-source.ts';
import type { MountRequest, Paths, WrittenFolder } from './sandbox.ts';

/** A folder or a file of the user's, with what lies on top of it. */
export interface HandedMount {
  /** As the entry has it: a folder may be seen at another place. */
  readonly declared: Mount;
  readonly folder: BindMount;
  readonly guards: readonly BindMount[];
  readonly written: readonly WrittenFolder[];
}

/** The declared mounts that the user handed over; read-only unless the entry and the user both say otherwise. */
export function mountsOf(
  entry: Entry,
  requests: readonly MountRequest[],
  paths: Paths,
): readonly HandedMount[] {
  const declared = entry.permissions.mounts;
  for (const { name } of requests) refuseUnknown(entry, name);
  const missing = declared.filter(
    ({ name, required }) => required && !requests.some((request) => request.name === name),
  );
  if (missing.length > 0) throw mountMissing(entry, missing);
  const places: string[] = [];
  const fixed = declared
    .filter((mount) => mount.samePath !== true && requests.some(({ name }) => name === mount.name))
    .map(({ target }) => target);
  return declared.flatMap((mount) => {
    const handed = requests.filter(({ name }) => name === mount.name);
    return placed(entry, { mount, handed }).map(({ request, target: usual }) => {
      const target =
        mount.samePath === true ? samePath(entry, { mount, request, others: [...fixed, ...places] }) : usual;
      if (mount.samePath === true) places.push(target);
      return bind(entry, { mount, target, request, paths });
    });
  });
}

/**
 * Arguments that name a mount's target, where what was handed over is seen elsewhere: several folders, of which each
 * becomes an argument, or one at the path that it has on the user's machine.
 */
export function withFolders(args: readonly string[], handed: readonly HandedMount[]): readonly string[] {
  const moved = handed.filter(({ declared, folder }) => folder.target !== declared.target);
  return args.flatMap((arg) => {
    const own = moved.filter(({ declared: { target } }) => arg === target);
    if (own.length > 0) return own.map(({ folder }) => folder.target);
    const around = moved.find(
      ({ declared: { target, samePath: same } }) => same === true && arg.startsWith(`${target}/`),
    );
    return around === undefined
      ? [arg]
      : [`${around.folder.target}${arg.slice(around.declared.target.length)}`];
  });
}

interface Placed {
  readonly request: MountRequest;
  readonly target: string;
}

/** One folder is the target itself; several lie below it, each under its own name, numbered where names are the same. */
function placed(
  entry: Entry,
  { mount, handed }: { readonly mount: Mount; readonly handed: readonly MountRequest[] },
): readonly Placed[] {
  const [first, second] = handed;
  if (first === undefined) return [];
  if (second === undefined) return [{ request: first, target: mount.target }];
  if (mount.many !== true)
    throw new McpcatError(
      'usage',
      `mount ${mount.name}: ${entry.name} takes one ${mount.kind ?? 'folder'} for it, found ${String(handed.length)}`,
      { hint: `hand over one of them${mount.kind === 'file' ? '' : ', or the folder above them'}` },
    );
  const taken = new Set<string>();
  return handed.map((request) => {
    const target = `${mount.target}/${freeName(nameOf(request.hostPath), taken)}`;
    return { request, target };
  });
}

/** The folder's own name, without what a path in a container can't hold or a server would misread. */
function nameOf(hostPath: string): string {
  const name = path.win32.basename(path.resolve(hostPath)).replaceAll(/[\p{Cc}\p{Cf}]/gu, '');
  return name === '' || name.startsWith('.') ? 'folder' : name;
}

function freeName(name: string, taken: Set<string>): string {
  let free = name;
  for (let number = 2; taken.has(free); number++) free = `${name}-${String(number)}`;
  taken.add(free);
  return free;
}

function bind(
  entry: Entry,
  { mount, target, request, paths }: { mount: Mount; target: string; request: MountRequest; paths: Paths },
): HandedMount {
  const asked = request.mode === 'rw' || request.mode === 'rw-all';
  if (asked && mount.mode === 'ro') {
    throw new McpcatError(
      'entry-refused',
      `mount ${mount.name}: ${entry.name} declares it read-only, so it can't be handed over rw`,
      { inputs: [{ name: 'mount', value: `${mount.name}=${request.hostPath}` }] },
    );
  }
  // Writing takes two: the entry that needs it and the user who allows it.
  const readOnly = !(mount.mode === 'rw' && asked);
  const { kind = 'folder' } = mount;
  const writing = readOnly ? 'no' : request.mode === 'rw-all' ? 'unguarded' : 'guarded';
  const source = safeSource(request, { kind, writing }, paths);
  const folder: BindMount = {
    kind: 'bind',
    source,
    target,
    readOnly,
    identity: mountIdentity(source, paths),
    ...(kind === 'file' ? { file: true } : {}),
    ...(paths.labelled && isOwnPlace(source, paths) ? { relabel: 'allowed' } : {}),
  };
  if (kind === 'file' && writing === 'guarded') refuseFileWriting({ name: mount.name, source }, paths);
  if (kind === 'file' || writing !== 'guarded') return { declared: mount, folder, guards: [], written: [] };
  const { mounts, written } = guardsOf({ name: mount.name, source, target }, paths);
  return { declared: mount, folder, guards: mounts, written: [written] };
}

function refuseUnknown(entry: Entry, name: string): void {
  const names = entry.permissions.mounts.map((mount) => mount.name);
  if (names.includes(name)) return;
  const hint =
    didYouMean(name, names) ||
    (names.length > 0 ? `it has ${names.join(', ')}` : 'it has none: it never sees your files');
  throw new McpcatError('usage', `${entry.name} declares no mount "${name}"`, { hint });
}

function mountMissing(entry: Entry, missing: readonly Mount[]): McpcatError {
  const what = missing.some(({ kind }) => kind === 'file') ? 'what' : 'a folder that';
  return new McpcatError('settings-missing', `${entry.name} needs ${what} was not handed over:`, {
    detail: missing.map(({ name, description }) => `${name}: ${description}`),
    hint: 'hand it over',
    inputs: missing.map(({ name, mode, kind }) => ({
      name: 'mount',
      value: `${name}=${kind === 'file' ? 'FILE' : 'FOLDER'}${mode === 'rw' ? ':rw' : ''}`,
    })),
  });
}
