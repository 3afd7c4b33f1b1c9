import { statSync } from 'node:fs';

/**
 * What tells a file's content from any other that it had or will have, without reading it; undefined where there is none.
 * Changes with every write: a file that is written has another time of change, one that is replaced another number.
 */
export function fileState(file: string): string | undefined {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  if (found === undefined) return undefined;
  return [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join('-');
}

/** Two writes in one tick of the file system's clock look like one (git has the same care with its index). */
export function isRacy(file: string): boolean {
  const found = statSync(file, { throwIfNoEntry: false });
  return found !== undefined && Date.now() - found.ctimeMs < 2000;
}
