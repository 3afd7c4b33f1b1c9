import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { McpcatError, messageOf } from '../../lib/errors.ts';
import { writeWhole } from '../../lib/folders.ts';
import { seccompProfile } from '../seccomp/profile.ts';

/**
 * Our seccomp profile as a file below `folder`, for an engine that reads it from its own machine. It is compared at each
 * start, because whoever could change it could take the filter away.
 */
export async function profileFile(folder: string): Promise<string> {
  const file = path.join(folder, 'seccomp.json');
  try {
    if ((await readFile(file, 'utf8').catch(() => '')) === seccompProfile) return file;
    await writeWhole(file, seccompProfile, { mode: 0o644, folderMode: 0o755 });
    return file;
  } catch (error) {
    throw new McpcatError(
      'io-failed',
      `the seccomp profile could not be written to ${file}: ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  }
}
