import type { BindMount } from '../engine/engine.ts';
import { McpcatError } from '../lib/errors.ts';
import { hostRunIn, runsByItself } from './host-run.ts';
import { segmentsOf } from './refused-folders.ts';
import type { Paths, WrittenFolder } from './sandbox.ts';

type Handed = Omit<WrittenFolder, 'guarded'>;

/** Mounts of one folder; more would make a start slow, and means that many projects are handed over at once. */
const maxGuards = 200;
/** All their targets together: they reach process 1 in one variable, which the kernel cuts off at 128 KiB. */
const maxTargetBytes = 64 * 1024;

interface Guards {
  readonly mounts: readonly BindMount[];
  readonly written: WrittenFolder;
}

/**
 * Mounts on top of a folder that is handed over for writing: what the user's machine would run by itself stays
 * read-only. Each folder above such a place is mounted on itself, because a folder that is only passed through could be
 * renamed, with all that is mounted below it, and another put into its place. Throws `entry-refused` for what can't be
 * guarded.
 */
export function guardsOf(folder: Handed, paths: Paths): Guards {
  const { source, target } = folder;
  refuseRunning(folder, paths);
  const { places, links, unfinished, whole } = hostRunIn(source, paths);
  if (whole) throw unguarded(folder, 'is where git is told to run hooks from');
  if (unfinished) throw unguarded(folder, 'holds too many folders to look through');
  const [link] = links;
  if (link !== undefined)
    throw unguarded(
      folder,
      `holds ${link}, which your machine runs by itself and which is a link: it can't be guarded`,
    );
  const pins = [...new Set(places.flatMap(foldersAbove))];
  const guards = [
    ...pins.map((place) => ({ place, readOnly: false })),
    ...places.map((place) => ({ place, readOnly: true })),
  ];
  const bytes = guards.reduce((sum, { place }) => sum + target.length + Buffer.byteLength(place), 0);
  if (guards.length > maxGuards || bytes > maxTargetBytes)
    throw unguarded(folder, `holds ${String(places.length)} places that your machine runs by itself`);
  const strange = guards.find(({ place }) => /[\n\0]/.test(place));
  if (strange !== undefined) throw unguarded(folder, `holds a folder with a line feed in its name`);
  const mounts = guards
    .toSorted((a, b) => (a.place < b.place ? -1 : 1))
    .map(({ place, readOnly }) => {
      const inner = `${source}/${place}`;
      const common = { kind: 'bind', source: inner, target: `${target}/${place}`, readOnly } as const;
      return { ...common, identity: mountIdentity(inner, paths) };
    });
  return { mounts, written: { ...folder, guarded: places } };
}

/** A folder of programs, or one that is run by itself: nothing would be left to guard. */
function refuseRunning(folder: Handed, { programFolders }: Paths): void {
  const { source } = folder;
  const isProgram = programFolders.some((one) => source === one || source.startsWith(`${one}/`));
  if (isProgram) throw unguarded(folder, 'is a folder that your machine runs programs from');
  if (runsByItself(segmentsOf(source)))
    throw unguarded(folder, 'is something that your machine runs by itself');
}

function foldersAbove(place: string): string[] {
  const names = place.split('/').slice(0, -1);
  return names.map((_, index) => names.slice(0, index + 1).join('/'));
}

function unguarded({ name, source }: Handed, why: string): McpcatError {
  return new McpcatError('entry-refused', `mount ${name}: ${source} ${why}`, {
    hint: 'hand over the folder of one project, or read-only; mode rw-all hands it over without any guard',
  });
}

/** What process 1 compares with what it finds mounted. */
export function mountIdentity(source: string, paths: Paths): string | undefined {
  return paths.keepsIdentity ? paths.identityOf(source) : undefined;
}

/** What of this kind a server has made since: it could not be kept from it where there was nothing before. */
export function madeSince({ source, guarded }: WrittenFolder, paths: Paths): string[] {
  const before = new Set(guarded);
  const { places, links } = hostRunIn(source, paths);
  return [...places, ...links].filter((place) => !before.has(place)).map((place) => `${source}/${place}`);
}
