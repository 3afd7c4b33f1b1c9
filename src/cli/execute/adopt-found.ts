import { adoptedStart, type AdoptedStart } from '../../adopt/adopted-start.ts';
import { entryFor, startedServer } from '../../adopt/started-server.ts';
import { isReference, startOfEntry } from '../../clients/client-entry.ts';
import { clientFile, clientPlace } from '../../clients/client-files.ts';
import { clientServers } from '../../clients/client-servers.ts';
import { mayDoToday } from '../../clients/may-do.ts';
import { isOurs } from '../../install/ours.ts';
import type { Target } from '../../install/plan.ts';
import { McpcatError, messageOf } from '../../lib/errors.ts';
import type { Invocation, Terminal } from '../command.ts';
import { checkStart } from './checked-start.ts';
import type { Summary } from './view.ts';

/** A server of a client that is none of ours. */
export interface Found {
  readonly target: Target;
  readonly name: string;
  /** What it starts, without the values of its settings. */
  readonly starts: string;
  /** What it may do today. */
  readonly today: string;
  readonly entry: Summary | undefined;
  readonly adopted: AdoptedStart | undefined;
  /** Why the launcher would refuse it. */
  readonly blocked: string | undefined;
}

export interface Adopting {
  readonly entries: readonly Summary[];
  readonly invocation: Invocation;
}

/** What one client starts in one of its files. What can't be read is said, and adopted none of. */
export async function foundIn(target: Target, { entries, invocation }: Adopting): Promise<Found[]> {
  const { client, scope, around } = target;
  const file = clientFile(client, scope, around);
  if (file === undefined) return [];
  try {
    return [...(await clientServers(client, file, clientPlace(client, scope, around)))].flatMap(
      ([name, value]) => {
        const start = startOfEntry(client, value);
        if (start === undefined || isOurs(client, value)) return [];
        const started = startedServer(start);
        const entry = started === undefined ? undefined : (entryFor(started, entries) as Summary | undefined);
        const { path } = around.host;
        const context = {
          isReference: (word: string) => isReference(client, word),
          isAbsolute: (word: string) => path.isAbsolute(word),
        };
        const result =
          started === undefined || entry === undefined
            ? { adopted: undefined, blocked: undefined }
            : permitted(entry, adoptedStart(entry, started, context), invocation);
        return [
          {
            target,
            name,
            starts: started?.source ?? start.command.split(/[\\/]/).at(-1) ?? '',
            today: mayDoToday(start),
            entry,
            ...result,
          },
        ];
      },
    );
  } catch (error) {
    invocation.terminal.stderr.write(`mcpcat: ${client.title}: ${file}: ${messageOf(error)}\n`);
    return [];
  }
}

/**
 * As the launcher would start it, by the same code that a launch asks. What it can't have for writing it gets to read;
 * undefined with a reason if it would not start at all.
 */
function permitted(
  entry: Summary,
  adopted: AdoptedStart,
  { terminal }: Invocation,
): Pick<Found, 'adopted' | 'blocked'> {
  const refused = refusal(entry, adopted, terminal);
  if (refused === undefined) return { adopted, blocked: undefined };
  const args = adopted.args.map((word, index) =>
    adopted.args[index - 1] === '--mount' ? word.replace(/:rw$/, '') : word,
  );
  const readOnly = {
    ...adopted,
    args,
    lost: [...adopted.lost, `${refused}; it would be handed over read-only`],
  };
  return args.join(' ') !== adopted.args.join(' ') && refusal(entry, readOnly, terminal) === undefined
    ? { adopted: readOnly, blocked: undefined }
    : { adopted: undefined, blocked: [refused, ...adopted.lost].join('; ') };
}

function refusal(
  entry: Summary,
  { args, plain, secrets }: AdoptedStart,
  terminal: Terminal,
): string | undefined {
  try {
    checkStart(entry, { args, settings: { ...plain, ...secrets } }, terminal);
    return undefined;
  } catch (error) {
    if (error instanceof McpcatError) return [error.message, ...error.detail].join(' ');
    throw error;
  }
}
