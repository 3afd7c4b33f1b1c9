import { problemText } from '../../catalog/problem.ts';
import { McpcatError } from '../../lib/errors.ts';
import { jsonText } from '../../lib/folders.ts';
import { oneLine } from '../../lib/plain-text.ts';
import type { Profile } from '../../profile/profile.ts';
import { profileFolders } from '../../profile/profile-folders.ts';
import { listProfiles, parsedFile, readProfile } from '../../profile/read-profile.ts';
import type { Execute, Invocation } from '../command.ts';
import { profileFacts, profilePage } from '../render/profile.ts';
import { table } from '../render/table.ts';
import { checkProfiles } from './profile-check.ts';

export const execute: Execute = async (invocation) => {
  const [verb, name, ...more] = invocation.positionals;
  if (verb === 'list' && name === undefined) return list(invocation);
  if (verb === 'show' && name !== undefined && more.length === 0) return show(invocation, name);
  if (verb === 'check')
    return checkProfiles(invocation, [...new Set([...(name === undefined ? [] : [name]), ...more])]);
  throw new McpcatError(
    'usage',
    `expected "profile list", "profile show NAME" or "profile check [NAME…]", found "${['profile', ...invocation.positionals.slice(0, 3)].join(' ')}"`,
  );
};

function list({ options, terminal }: Invocation): number {
  const found = listProfiles(terminal).map((profile) => {
    const parsed = parsedFile(profile, terminal);
    return 'profile' in parsed
      ? { ...profile, ...shortFacts(parsed.profile) }
      : { ...profile, description: null, servers: [], problems: parsed.problems.map(problemText) };
  });
  const rows = found.map(({ name, servers, problems, file, description }) => [
    name,
    servers.join(' '),
    problems.length === 0 ? '' : String(problems.length),
    file,
    oneLine(description ?? ''),
  ]);
  const none = `there is no profile in ${profileFolders(terminal).join(' or ')}\n`;
  const page = rows.length === 0 ? none : table(['profile', 'servers', 'problems', 'file', ''], rows);
  terminal.stdout.write(options.flag('json') ? jsonText(found) : page);
  return 0;
}

function shortFacts({ description, servers, problems }: Profile): {
  readonly description: string | null;
  readonly servers: readonly string[];
  readonly problems: readonly string[];
} {
  return {
    description: description ?? null,
    servers: [...servers.keys()],
    problems: problems.map(problemText),
  };
}

function show({ options, terminal }: Invocation, name: string): number {
  const profile = readProfile(name, terminal);
  terminal.stdout.write(options.flag('json') ? jsonText(profileFacts(profile)) : profilePage(profile));
  return 0;
}
