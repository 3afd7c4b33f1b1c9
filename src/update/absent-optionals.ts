import { z } from 'zod';
import { jsonText } from '../lib/folders.ts';

const Names = z.record(z.string(), z.unknown());
const Entry = z.looseObject({
  version: z.string().optional(),
  link: z.boolean().optional(),
  optional: z.boolean().optional(),
  optionalDependencies: Names.optional(),
});
const Lock = z.looseObject({ packages: z.record(z.string(), Entry) });

/**
 * A `package-lock.json` without the optional dependencies that the registry does not have: mostly packages of other
 * platforms that were never published, or not yet. npm's resolver leaves them out without a word, but keeps their
 * names in their parents, and `npm ci` then calls its own lock incomplete.
 */
export function withoutAbsentOptionals(text: string): string {
  const lock = Lock.parse(JSON.parse(text));
  const all = Object.entries(lock.packages);
  const there = new Map(all.filter(([place, entry]) => place === '' || !isAbsent(entry)));
  if (
    all.every(
      ([place, entry]) => there.has(place) && names(entry).every((name) => isFound(there, { place, name })),
    )
  )
    return text;
  const packages = [...there].map(([place, entry]) => [place, withFound(there, { place, entry })] as const);
  return jsonText({ ...lock, packages: Object.fromEntries<Entry>(packages) });
}

type Entry = z.infer<typeof Entry>;
type Packages = ReadonlyMap<string, Entry>;

function isAbsent({ version, link, optional }: Entry): boolean {
  return optional === true && version === undefined && link !== true;
}

function names({ optionalDependencies }: Entry): string[] {
  return Object.keys(optionalDependencies ?? {});
}

/** As Node looks packages up: in the folder's own `node_modules`, then in each one above. */
function isFound(
  there: Packages,
  { place, name }: { readonly place: string; readonly name: string },
): boolean {
  const above = place.split('/node_modules/');
  return above
    .map((_, index) => above.slice(0, above.length - index).join('/node_modules/'))
    .concat('')
    .some((folder) => there.has(`${folder}${folder === '' ? '' : '/'}node_modules/${name}`));
}

function withFound(
  there: Packages,
  { place, entry }: { readonly place: string; readonly entry: Entry },
): Entry {
  const { optionalDependencies, ...rest } = entry;
  if (optionalDependencies === undefined) return entry;
  const found = Object.entries(optionalDependencies).filter(([name]) => isFound(there, { place, name }));
  return found.length === 0 ? rest : { ...entry, optionalDependencies: Object.fromEntries(found) };
}
