import { adoptedStart, type AdoptedStart } from '../../adopt/adopted-start.ts';
import { entryFor, startedServer } from '../../adopt/started-server.ts';
import { catalogId } from '../../catalog/catalog-source.ts';
import { isReference, startOfEntry, type ServerStart } from '../../clients/client-entry.ts';
import { clientFile, clientPlace } from '../../clients/client-files.ts';
import { clientServers } from '../../clients/client-servers.ts';
import { mayDoToday } from '../../clients/may-do.ts';
import { isOurs } from '../../install/ours.ts';
import type { Target } from '../../install/plan.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Invocation } from '../command.ts';
import { refusal } from './adopt-check.ts';
import { sourceOf, type Summary } from './view.ts';

/** A server of a client that is none of ours. */
export interface Found {
  readonly target: Target;
  readonly name: string;
  /** What it starts, without the values of its settings. */
  readonly starts: string;
  /** The version it asks for, if it says one. */
  readonly asks: string | undefined;
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
export async function foundIn(target: Target, adopting: Adopting): Promise<Found[]> {
  const { client, scope, around } = target;
  const file = clientFile(client, scope, around);
  if (file === undefined || !around.exists(file)) return [];
  try {
    const servers = await clientServers(client, file, clientPlace(client, scope, around));
    return [...servers].flatMap(([name, value]) => {
      const start = startOfEntry(client, value);
      return start === undefined || isOurs(client, value)
        ? []
        : [foundServer(target, { name, start }, adopting)];
    });
  } catch (error) {
    adopting.invocation.terminal.stderr.write(`mcpcat: ${client.title}: ${file}: ${messageOf(error)}\n`);
    return [];
  }
}

function foundServer(
  target: Target,
  { name, start }: { readonly name: string; readonly start: ServerStart },
  { entries, invocation }: Adopting,
): Found {
  const { client, around } = target;
  const started = startedServer(start);
  const entry = started === undefined ? undefined : (entryFor(started, entries) as Summary | undefined);
  const found = {
    target,
    name,
    starts: started?.source ?? start.command.split(/[\\/]/).at(-1) ?? '',
    asks: started?.version,
    today: mayDoToday(start),
    entry,
  };
  if (started === undefined || entry === undefined)
    return { ...found, adopted: undefined, blocked: undefined };
  const { terminal } = invocation;
  const { path } = around.host;
  const adopted = adoptedStart(entry, started, {
    isReference: (word) => isReference(client, word),
    isAbsolute: (word) => path.isAbsolute(word),
    home: around.host.home(around.env),
  });
  const checked = {
    entry,
    catalog: catalogId(sourceOf(invocation)),
    started,
    readsFile: start.envFile !== undefined,
    terminal,
    project: target.scope === 'user' ? undefined : around.cwd,
  };
  return { ...found, ...permitted(adopted, (one) => refusal(one, checked)) };
}

/**
 * As the launcher would start it. What it can't have for writing it gets to read; undefined with a reason if it would not
 * start at all.
 */
function permitted(
  adopted: AdoptedStart,
  refused: (start: AdoptedStart) => string | undefined,
): Pick<Found, 'adopted' | 'blocked'> {
  const why = refused(adopted);
  if (why === undefined) return { adopted, blocked: undefined };
  const args = adopted.args.map((word, index) =>
    adopted.args[index - 1] === '--mount' ? word.replace(/:rw$/, '') : word,
  );
  const readOnly = { ...adopted, args, lost: [...adopted.lost, `${why}; it would be handed over read-only`] };
  return args.join(' ') !== adopted.args.join(' ') && refused(readOnly) === undefined
    ? { adopted: readOnly, blocked: undefined }
    : { adopted: undefined, blocked: [why, ...adopted.lost].join('; ') };
}
