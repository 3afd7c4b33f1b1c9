import { existsSync } from 'node:fs';
import path from 'node:path';

let found: string | undefined;

/** The folder that mcpcat is installed in: the same from a bundle in `dist` and from the sources. */
export function projectFolder(): string {
  return (found ??= search(import.meta.dirname));
}

function search(from: string): string {
  let folder = from;
  while (!existsSync(path.join(folder, 'templates', 'base'))) {
    const parent = path.dirname(folder);
    if (parent === folder)
      throw new Error('Internal error: the templates of mcpcat are missing from its installation');
    folder = parent;
  }
  return folder;
}
