import { McpcatError } from '../lib/errors.ts';
import { hostRunIn, runsByItself } from './host-run.ts';
import { segmentsOf } from './refused-folders.ts';
import { hiddenPlace } from './refusal.ts';
import type { Paths } from './sandbox.ts';

interface HandedFile {
  readonly name: string;
  readonly source: string;
}

/**
 * A single file for writing: in a folder it would be guarded if the user's machine runs it by itself, here it is
 * refused. So is every file in a hidden place of a home: what lies there (a shell's start, a client's credentials
 * helper, authorized keys) is read by programs that do as it says. Throws `entry-refused`.
 */
export function refuseFileWriting({ name, source }: HandedFile, paths: Paths): void {
  const why = runs(source, paths) ?? hidden(source, paths);
  if (why === undefined) return;
  throw new McpcatError('entry-refused', `mount ${name}: ${source} ${why}`, {
    hint: 'hand it over read-only, or a copy that lies elsewhere; mode rw-all hands it over without any guard',
  });
}

function runs(source: string, paths: Paths): string | undefined {
  const isProgram = paths.programFolders.some((folder) => source.startsWith(`${folder}/`));
  if (isProgram) return 'lies in a folder that your machine runs programs from';
  const isRun = runsByItself(segmentsOf(source)) || foldersAbove(source).some((one) => runsIn(one, paths));
  return isRun ? 'is something that your machine runs by itself' : undefined;
}

function hidden(source: string, paths: Paths): string | undefined {
  const reason = hiddenPlace(source, paths);
  return reason === undefined ? undefined : `${reason}: no file there is handed over for writing`;
}

interface Above {
  readonly folder: string;
  /** What in it is the file, or holds it. */
  readonly inside: string;
}

function foldersAbove(source: string): Above[] {
  return [...source.matchAll(/[\\/]/g)].map(({ index }) => ({
    folder: source.slice(0, index) || '/',
    inside: source.slice(index + 1).split(/[\\/]/)[0] ?? '',
  }));
}

/** Only in the folder itself: what lies beside the file does not matter. */
function runsIn({ folder, inside }: Above, paths: Paths): boolean {
  const entries = paths.entries(folder).map((entry) => ({ ...entry, kind: 'file' as const }));
  const { places } = hostRunIn(folder, {
    entries: () => entries,
    textOf: () => undefined,
    realPath: () => undefined,
    programFolders: [],
    caseless: paths.caseless,
  });
  return places.includes(inside);
}
