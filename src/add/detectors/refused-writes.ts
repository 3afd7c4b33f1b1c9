import { isIn, withState, withWritable, type Draft } from '../draft.ts';
import { answers, quote, outputLines, type Detection, type Situation } from './detection.ts';

/** HOME and working folder in every image. */
const home = '/home/mcpcat';
/** Paths of the image's own: nothing may lie over them. */
const fixed =
  /^\/(app|bin|dev|etc|lib|lib64|proc|root|run|sbin|sys|usr|mcpcat-init|\.mcpcat-[0-9a-f]+)(\/|$)|^\/var\/lib|^\/(var)?$/;

const complaints: readonly RegExp[] = [
  /E(?:ROFS|ACCES|PERM): [^,]{1,60}, (\w+) '([^']{1,300})'/g,
  /(?:Read-only file system|Permission denied):? ['"]([^'"]{1,300})['"]/g,
  /(?:mkdir|open|create|unlink|rename) ([^\s:'"]{1,300}): (?:read-only file system|permission denied)/g,
  /unable to open database file:? ?(\/\S+)/g,
];

/** Folders that it could not write. */
export function refusedWrites(situation: Situation): Detection[] {
  const lines = [...outputLines(situation), ...answers(situation)];
  const found = lines.flatMap((line) => refusedIn(line).map((folder) => ({ folder, line })));
  const outside = situation.seen.writes.outside.map((file) => ({
    folder: parent(file),
    line: `it wrote ${file}`,
    file,
  }));
  return distinct([...found, ...outside]).flatMap(({ folder, line }) => detectionOf(folder, line, situation));
}

function refusedIn(line: string): string[] {
  const found = namedIn(line);
  if (
    found.length > 0 ||
    !/read-only file system|unable to open database file|unable to open the database/i.test(line)
  )
    return found;
  // However it says it: the paths in the line, else its working folder.
  const paths = [...line.matchAll(/(?:^|[\s'"(:=])((?:\.{1,2}|~)?\/[\w.-][\w./-]*)/g)].map(
    (match) => match[1] ?? '',
  );
  const folders = paths.flatMap((path) => absolute(path) ?? []);
  return folders.length > 0 ? folders : [home];
}

function namedIn(line: string): string[] {
  return complaints.flatMap((pattern) =>
    [...line.matchAll(pattern)].flatMap((match) => {
      const path = absolute(match[2] ?? match[1] ?? '');
      if (path === undefined) return [];
      const isFolder =
        match[1] === 'mkdir' || /mkdir/.test(line) || !/\.[a-z0-9]{1,8}$/i.test(path.replace(/^.*\/\.?/, ''));
      return [isFolder ? path : parent(path)];
    }),
  );
}

function absolute(path: string): string | undefined {
  const plain = path.replace(/\/+$/, '');
  if (plain.startsWith('/')) return plain;
  return /^[\w.~-]/.test(plain) ? `${home}/${plain.replace(/^(\.|~)\//, '')}` : undefined;
}

function parent(file: string): string {
  return file.slice(0, Math.max(file.lastIndexOf('/'), 1));
}

function distinct(found: readonly { folder: string; line: string }[]): { folder: string; line: string }[] {
  const folders = [...new Set(found.map(({ folder }) => folder))];
  const outer = folders.filter((folder) => !folders.some((other) => other !== folder && isIn(folder, other)));
  return outer.map((folder) => ({ folder, line: found.find((one) => one.folder === folder)?.line ?? '' }));
}

function detectionOf(folder: string, line: string, { draft }: Situation): Detection[] {
  const { writable, state, mounts } = draft.entry.permissions;
  const open = [
    ...writable,
    ...state.map(({ target }) => target),
    ...mounts.filter(({ mode }) => mode === 'rw').map(({ target }) => target),
  ];
  if (
    !/^(\/[A-Za-z0-9._-]+)+$/.test(folder) ||
    fixed.test(folder) ||
    open.some((other) => isIn(folder, other))
  )
    return [];
  const target = placeFor(folder);
  return [
    {
      key: `write ${target}`,
      what: `writes ${target}`,
      apply: (old) => withFolder(old, target, quote(line)),
      renews: 'image',
      quiet: isIn(target, home),
    },
  ];
}

/** Not deeper than one folder of its own; files right in its home make that writable. */
function placeFor(folder: string): string {
  if (!isIn(folder, home)) return folder;
  const [first, second, third] = folder.slice(home.length + 1).split('/');
  if (first === undefined || first === '') return home;
  if (first === '.local') return [home, first, second, third].filter((part) => part !== undefined).join('/');
  const shared = /^\.(config|cache)$/.test(first);
  if (!shared) return `${home}/${first}`;
  return second === undefined ? `${home}/${first}` : `${home}/${first}/${second}`;
}

/** What it keeps on purpose outlives it; caches and logs do not. */
function withFolder(draft: Draft, folder: string, why: string): Draft {
  const throwaway =
    /cache|logs?$|tmp|temp|telemetry|update|\.npm|analytics/i.test(folder) || !isIn(folder, home);
  const isRead = /log/i.test(why) && !/db|sqlite|json|data|memory|store/i.test(why);
  if (throwaway || isRead) return withWritable(draft, folder, why);
  if (folder === home && !/\.(db|sqlite3?|duckdb|jsonl?)\b/.test(why))
    return withWritable(draft, folder, why);
  const name = folder
    .slice(folder.lastIndexOf('/') + 1)
    .replaceAll(/[^a-z]/gi, '')
    .toLowerCase()
    .slice(0, 30);
  const taken = draft.entry.permissions.state.some((one) => one.name === name);
  if (name === '' || taken) return withWritable(draft, folder, why);
  return withState(draft, { folder, name, what: 'What it keeps from run to run' }, why);
}
