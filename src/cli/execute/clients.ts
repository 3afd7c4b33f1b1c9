import type { Client, Scope } from '../../clients/client.ts';
import { startOfEntry, type ServerStart } from '../../clients/client-entry.ts';
import { clientFile, type Surroundings } from '../../clients/client-files.ts';
import { foundServers, type FoundServer } from '../../clients/client-servers.ts';
import { mayDoToday } from '../../clients/may-do.ts';
import { knownClients } from '../../clients/known-clients.ts';
import { isOurs } from '../../install/ours.ts';
import { jsonText } from '../../lib/folders.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Execute } from '../command.ts';
import { table } from '../render/table.ts';
import { isHere, surroundings } from './client-choice.ts';

interface ClientServer {
  readonly name: string;
  readonly scope: Scope;
  /** The scope whose server of the same name counts in its place in this folder. */
  readonly hiddenBy: Scope | null;
  /** Without values of settings: they may be secrets. */
  readonly starts: string;
  readonly isOurs: boolean;
  readonly may: string;
}

interface ClientFacts {
  readonly id: string;
  readonly title: string;
  readonly isHere: boolean;
  readonly file: string | null;
  readonly proof: Client['proof'];
  readonly version: string | null;
  readonly servers: readonly ClientServer[];
  readonly problems: readonly string[];
}

export const execute: Execute = async ({ options, terminal }) => {
  const around = lookingOnce(surroundings(terminal));
  const all = await Promise.all(knownClients.map((client) => factsOf(client, around)));
  const facts = options.flag('all') ? all : all.filter((client) => client.isHere);
  if (options.flag('json')) terminal.stdout.write(jsonText(facts));
  else terminal.stdout.write(page(facts));
  for (const problem of facts.flatMap((client) => client.problems))
    terminal.stderr.write(`mcpcat: ${problem}\n`);
  return facts.some((client) => client.problems.length > 0) ? 1 : 0;
};

/** Several questions are about the same files and folders. */
function lookingOnce(around: Surroundings): Surroundings {
  const known = new Map<string, boolean>();
  const exists = (file: string): boolean => {
    const found = known.get(file) ?? around.exists(file);
    known.set(file, found);
    return found;
  };
  return { ...around, exists };
}

async function factsOf(client: Client, around: Surroundings): Promise<ClientFacts> {
  const { found, unread } = await foundServers(client, around);
  return {
    id: client.id,
    title: client.title,
    isHere: isHere(client, around),
    file: clientFile(client, 'user', around) ?? null,
    proof: client.proof,
    version: client.version ?? null,
    servers: found.map((server) => serverOf(client, server)),
    problems: unread.map(({ file, error }) => `${client.title}: ${file}: ${messageOf(error)}`),
  };
}

function serverOf(client: Client, { name, scope, entry, hiddenBy }: FoundServer): ClientServer {
  const start = startOfEntry(client, entry);
  const ours = isOurs(client, entry);
  return {
    name,
    scope,
    hiddenBy: hiddenBy ?? null,
    starts:
      start === undefined
        ? isRemote(entry)
          ? 'a server at an address'
          : 'a part of the client'
        : startText(start),
    isOurs: ours,
    may: start === undefined && !isRemote(entry) ? 'what its client lets it' : mayDo(start, ours),
  };
}

/** `url`, `httpUrl`, `serverUrl`, `uri`: whatever its client calls it. What has none either is built into the client. */
function isRemote(entry: unknown): boolean {
  return (
    typeof entry === 'object' && entry !== null && Object.keys(entry).some((key) => /ur[li]$/i.test(key))
  );
}

/** The program and its first words; the rest may hold keys. */
function startText({ command, args }: ServerStart): string {
  const program = command.split(/[\\/]/).at(-1) ?? command;
  return [program, ...args.slice(0, 2).filter((arg) => !/[=:]\S*\S{12}/.test(arg))].join(' ');
}

function mayDo(start: ServerStart | undefined, ours: boolean): string {
  if (start === undefined) return 'what you type goes there';
  if (ours) return 'what mcpcat info says, nothing else';
  return mayDoToday(start);
}

function nameText({ name, scope, hiddenBy }: ClientServer): string {
  const notes = [
    ...(scope === 'user' ? [] : [scope]),
    ...(hiddenBy === null ? [] : [`hidden here by ${hiddenBy}`]),
  ];
  return notes.length === 0 ? name : `${name} (${notes.join(', ')})`;
}

function page(facts: readonly ClientFacts[]): string {
  if (facts.length === 0)
    return 'none of the clients that mcpcat knows is here; mcpcat clients --all shows them\n';
  const rows = facts.flatMap(({ id, isHere: here, servers }) =>
    servers.length === 0
      ? [[id, here ? 'none' : 'not here', '', '']]
      : servers.map((server) => [id, nameText(server), server.starts, server.may]),
  );
  return table(['client', 'server', 'starts', 'may do'], rows);
}
