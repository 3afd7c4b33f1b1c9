import { mkdirSync, promises, statSync } from 'node:fs';
import path from 'node:path';
import { codeOf } from './error-code.ts';

/**
 * A folder and those above it, with this mode if they are made. Not `mkdir` with `recursive`: where an existing folder
 * takes no new ones and says that it does not exist (/proc), or a link leads nowhere, Node tries for ever. Here each
 * level is tried twice at most. Throws what the system says of the first one that can't be made.
 */
export async function makeFolder(folder: string, mode = 0o777): Promise<void> {
  try {
    // Node loads its promises when they are first asked for, and a launch never asks.
    await promises.mkdir(folder, { mode });
  } catch (error) {
    if (isFolder(folder)) return;
    if (!isMissingParent(error, folder)) throw error;
    await makeFolder(path.dirname(folder), mode);
    await promises.mkdir(folder, { mode }).catch(unlessThere(folder));
  }
}

/** The same at once, for the launch path. */
export function makeFolderNow(folder: string, mode = 0o777): void {
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    if (isFolder(folder)) return;
    if (!isMissingParent(error, folder)) throw error;
    makeFolderNow(path.dirname(folder), mode);
    try {
      mkdirSync(folder, { mode });
    } catch (second) {
      unlessThere(folder)(second);
    }
  }
}

/** Somebody else may have made it meanwhile. */
function unlessThere(folder: string): (error: unknown) => void {
  return (error) => {
    if (!isFolder(folder)) throw error;
  };
}

function isFolder(folder: string): boolean {
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isMissingParent(error: unknown, folder: string): boolean {
  const missing = codeOf(error) === 'ENOENT';
  return missing && path.dirname(folder) !== folder;
}
