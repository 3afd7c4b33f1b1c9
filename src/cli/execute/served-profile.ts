import { isDeepStrictEqual } from 'node:util';
import { problemText } from '../../catalog/problem.ts';
import { readConfig } from '../../clients/config-file.ts';
import { putServer, readServers } from '../../clients/text/edit.ts';
import type { PlannedChange } from '../../install/plan.ts';
import { McpcatError } from '../../lib/errors.ts';
import { parseProfile } from '../../profile/parse-profile.ts';
import { profileFolders } from '../../profile/profile-folders.ts';
import { findProfile, listProfiles } from '../../profile/read-profile.ts';
import type { Invocation, Terminal } from '../command.ts';
import type { ServedSection } from './served-section.ts';

/** By the names of the catalog. Of a section that is there all keys are in it, also those that we do not write. */
export type Sections = ReadonlyMap<string, ServedSection>;

/** A profile's file is edited as those of clients are: whatever is not the section keeps its bytes. */
const place = { keyPath: ['servers'], isList: false };

/** The sections of a profile, as they stand there; none of one that does not exist. Throws `usage` for one with problems. */
export async function profileSections(name: string, { terminal }: Invocation): Promise<Sections> {
  const file = fileOf(name, terminal);
  const { text } = await readConfig(file);
  if (text === undefined) return new Map();
  check({ name, file, text }, terminal);
  return new Map(
    // It was checked: a section is a map, or empty.
    [...readServers('yaml', text, place)].map(([server, value]) => [
      server,
      typeof value === 'object' && value !== null ? value : {},
    ]),
  );
}

function fileOf(name: string, terminal: Terminal): string {
  if (listProfiles(terminal).some((profile) => profile.name === name))
    return findProfile(name, terminal).file;
  return terminal.host.path.join(profileFolders(terminal)[0] ?? '', `${name}.yaml`);
}

/** The profile with these sections. What is as it was is not written anew. */
export async function plannedProfile(
  name: string,
  { sections, invocation: { terminal } }: { readonly sections: Sections; readonly invocation: Invocation },
): Promise<PlannedChange> {
  const path = fileOf(name, terminal);
  const { file, text } = await readConfig(path);
  let after = text ?? '';
  const before = text === undefined ? new Map<string, unknown>() : readServers('yaml', text, place);
  for (const [server, section] of sections) {
    if (before.has(server) && isDeepStrictEqual(before.get(server) ?? {}, section)) continue;
    after = putServer('yaml', { text: after, place }, { name: server, entry: { ...section } });
  }
  check({ name, file: path, text: after }, terminal);
  return { client: { id: 'profile', title: `profile ${name}` }, path, file, before: text, after };
}

/** Nothing is written that `serve` would not serve. */
function check(
  profile: { readonly name: string; readonly file: string; readonly text: string },
  { env, host }: Terminal,
): void {
  const places = {
    home: host.home(env),
    path: host.path,
    localPath: (given: string) => host.localPath(given),
  };
  const parsed = parseProfile(profile, places);
  const problems = 'problems' in parsed ? parsed.problems : parsed.profile.problems;
  const [first, ...detail] = problems.map(problemText);
  if (first !== undefined) throw new McpcatError('usage', first, { detail });
}
