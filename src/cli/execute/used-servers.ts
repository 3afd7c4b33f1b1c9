import { startOfEntry } from '../../clients/client-entry.ts';
import { clientFile } from '../../clients/client-files.ts';
import { clientServers } from '../../clients/client-servers.ts';
import { knownClients } from '../../clients/known-clients.ts';
import { isOurs } from '../../install/plan.ts';
import { messageOf } from '../../lib/errors.ts';
import { readProfile } from '../../profile/read-profile.ts';
import type { Terminal } from '../command.ts';
import { surroundings } from './client-choice.ts';

/**
 * The servers of the catalog that clients of this machine start with mcpcat, by `run`, `serve` or a profile. What can't
 * be told is said and left out.
 */
export async function usedServers(
  terminal: Terminal,
  say: (line: string) => void,
): Promise<readonly string[]> {
  const starts = await ownStarts(terminal, say);
  const names = starts.flatMap((args) => {
    try {
      return namesOf(args, terminal);
    } catch (error) {
      say(`${args.join(' ')}: left out: ${messageOf(error)}`);
      return [];
    }
  });
  const known = names.filter((name) => !name.includes(':'));
  for (const name of names.filter((other) => !known.includes(other)))
    say(`${name}: left out: it is of this machine’s own catalog`);
  return [...new Set(known)].toSorted();
}

/** Words after `mcpcat`. */
async function ownStarts(terminal: Terminal, say: (line: string) => void): Promise<(readonly string[])[]> {
  const around = surroundings(terminal);
  const found: (readonly string[])[] = [];
  for (const client of knownClients)
    for (const scope of ['user', 'project'] as const) {
      const file = clientFile(client, scope, around);
      if (file === undefined || !around.exists(file)) continue;
      try {
        for (const [, entry] of await clientServers(client, file)) {
          const start = isOurs(client, entry) ? startOfEntry(client, entry) : undefined;
          if (start !== undefined) found.push(start.args);
        }
      } catch (error) {
        say(`${client.title}: ${file}: left out: ${messageOf(error)}`);
      }
    }
  return found;
}

/** `run NAME …`, `serve NAME… `, `serve --profile NAME`. */
function namesOf([verb, ...words]: readonly string[], terminal: Terminal): readonly string[] {
  const first = words.findIndex((word) => word.startsWith('-'));
  const named = first < 0 ? words : words.slice(0, first);
  if (verb === 'run' || named.length > 0) return named.slice(0, verb === 'run' ? 1 : undefined);
  const profile = words[words.indexOf('--profile') + 1];
  return words.includes('--profile') && profile !== undefined
    ? [...readProfile(profile, terminal).servers.keys()]
    : [];
}
