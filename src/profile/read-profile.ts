import { readdirSync } from 'node:fs';
import { problemText } from '../catalog/problem.ts';
import { isNothingThere } from '../lib/error-code.ts';
import { McpcatError, messageOf } from '../lib/errors.ts';
import { didYouMean } from '../lib/nearest.ts';
import type { Places } from '../settings/read.ts';
import { readUserFile } from '../settings/user-file.ts';
import { parseProfile, type ParsedProfile } from './parse-profile.ts';
import { profileFolders } from './profile-folders.ts';
import type { Profile } from './profile.ts';

/** What a profile may be called: it is a file's name. */
export const profileName = /^[a-z0-9]([a-z0-9-]{0,60}[a-z0-9])?$/;

/** A profile that is there, read or not. */
export interface FoundProfile {
  readonly name: string;
  readonly file: string;
}

/** By name; one that lies in two folders is named twice. Other files are not profiles. */
export function listProfiles(places: Places): readonly FoundProfile[] {
  return profileFolders(places)
    .flatMap((folder) =>
      filesIn(folder).flatMap((file) => {
        const name = /^(.+)\.yaml$/.exec(file)?.[1] ?? '';
        return profileName.test(name) ? [{ name, file: places.host.path.join(folder, file) }] : [];
      }),
    )
    .toSorted((a, b) => (a.name === b.name ? 0 : a.name < b.name ? -1 : 1));
}

/**
 * A profile by its name. Its servers' own problems are in it; throws `usage` with line and column for any other, also
 * where two folders have one of this name: a client that withholds a variable would silently get the other one.
 */
export function readProfile(name: string, places: Places): Profile {
  const { file } = findProfile(name, places);
  const parsed = parsedFile({ name, file }, places);
  if ('profile' in parsed) return parsed.profile;
  const [first = '', ...detail] = parsed.problems.map(problemText);
  throw new McpcatError('usage', first, { detail });
}

/** What a file says, for whoever shows its problems instead of failing. Throws `io-failed` for one that can't be read. */
export function parsedFile({ name, file }: FoundProfile, { env, host }: Places): ParsedProfile {
  const text = readUserFile(file, 'profile');
  if (text === undefined) throw new McpcatError('io-failed', `the profile ${file} is gone`);
  return parseProfile(
    { name, file, text },
    { home: host.home(env), path: host.path, localPath: (given) => host.localPath(given) },
  );
}

/** Throws `usage` if there is none of this name, or more than one. */
export function findProfile(name: string, places: Places): FoundProfile {
  const all = listProfiles(places);
  const [found, other] = all.filter((profile) => profile.name === name);
  if (found === undefined)
    throw new McpcatError(
      'usage',
      `there is no profile "${name}" in ${profileFolders(places).join(' or ')}`,
      {
        hint:
          didYouMean(name, new Set(all.map((profile) => profile.name))) ||
          'it would be the file NAME.yaml there',
      },
    );
  if (other !== undefined)
    throw new McpcatError('usage', `expected one profile "${name}", found ${found.file} and ${other.file}`, {
      hint: 'remove or rename one of them: which one counts must not depend on the environment',
    });
  return found;
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isNothingThere(error)) return [];
    throw new McpcatError('io-failed', `can't read the folder of profiles ${folder} (${messageOf(error)})`, {
      cause: error,
    });
  }
}
