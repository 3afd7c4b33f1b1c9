import { readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';

/** Of the files of one kind in a folder the newest stay. Throws what the system says. */
export function keepNewest(folder: string, kind: RegExp, max: number): void {
  const files = readdirSync(folder)
    .filter((name) => kind.test(name))
    .map((name) => path.join(folder, name));
  const newest = files.toSorted((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  for (const file of newest.slice(max)) rmSync(file, { force: true });
}
