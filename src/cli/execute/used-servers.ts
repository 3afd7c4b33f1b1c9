import { startOfEntry } from '../../clients/client-entry.ts';
import { foundServers } from '../../clients/client-servers.ts';
import { knownClients } from '../../clients/known-clients.ts';
import { isOurs } from '../../install/ours.ts';
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
  const starts: (readonly string[])[] = [];
  for (const client of knownClients) {
    const { found, unread } = await foundServers(client, around);
    for (const { file, error } of unread) say(`${client.title}: ${file}: left out: ${messageOf(error)}`);
    for (const { entry } of found) {
      const start = isOurs(client, entry) ? startOfEntry(client, entry) : undefined;
      if (start !== undefined) starts.push(start.args);
    }
  }
  return starts;
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
