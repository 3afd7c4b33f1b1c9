import { foldersBelowHome } from '../../host/folders-below-home.ts';
import { apply, type Places } from '../../install/apply.ts';
import { difference } from '../../install/difference.ts';
import type { PlannedChange } from '../../install/plan.ts';
import { McpcatError } from '../../lib/errors.ts';
import { jsonText } from '../../lib/folders.ts';
import { askYes, canAsk } from '../ask.ts';
import type { Invocation, Terminal } from '../command.ts';

/** Where what undo needs is kept. */
export function historyPlaces(terminal: Terminal): Places {
  const { host } = terminal;
  return { folder: host.path.join(foldersBelowHome(terminal).data, 'client-history'), host };
}

interface ClientsWrite {
  /** For the history. */
  readonly command: string;
  /** Values that are not shown: secrets that the file had until now. */
  readonly hidden?: readonly string[] | undefined;
  /** What to say where every file is already as wanted. */
  readonly unchanged?: string;
  /** Done once the answer was yes. */
  readonly before?: () => Promise<void>;
  /** What is still to be done once it is written, one line each. */
  readonly remains?: readonly string[];
}

/** Shows what would change, asks, writes. Exit code 0 also where there is nothing to do, or the answer was no. */
export async function writeClients(
  changes: readonly PlannedChange[],
  { options, terminal }: Invocation,
  {
    command,
    unchanged = 'it is all there already',
    hidden = [],
    remains = [],
    before: prepare = () => Promise.resolve(),
  }: ClientsWrite,
): Promise<number> {
  const real = changes.filter(({ before, after }) => (before ?? '') !== after);
  const [json, dry] = [options.flag('json'), options.flag('dry-run')];
  const facts = (written: boolean): string =>
    jsonText(
      real.map(({ client, path, before, after }) => ({
        client: client.id,
        file: path,
        isNew: before === undefined,
        written,
        // Lines around a change are others': they may hold what is nobody's business.
        difference: difference(before ?? '', after)
          .filter((line) => !line.startsWith(' '))
          .map(masked(hidden)),
      })),
    );
  const say = (text: string): void => {
    if (!json && !options.flag('quiet')) terminal.stdout.write(text);
  };
  if (real.length === 0) say(`nothing to change: ${unchanged}\n`);
  for (const change of real) say(changeText(change, masked(hidden)));
  if (real.length > 0 && !dry) {
    if (!options.flag('yes') && !(await agreed(real, terminal))) {
      say('nothing was changed\n');
      return 0;
    }
    await prepare();
    await apply(real, command, historyPlaces(terminal));
    for (const { client, path } of real) say(`${client.title}: wrote ${path}\n`);
    for (const line of remains) say(`still needed: ${line}\n`);
    say('mcpcat undo takes it back; clients that run read it when they start again\n');
  }
  if (json) terminal.stdout.write(facts(real.length > 0 && !dry));
  return 0;
}

async function agreed(real: readonly PlannedChange[], terminal: Terminal): Promise<boolean> {
  if (!canAsk(terminal))
    throw new McpcatError('usage', 'nobody can be asked here whether to write this', {
      hint: 'look at it, then add --yes',
    });
  const files = real.length === 1 ? 'this file' : `these ${String(real.length)} files`;
  return askYes(`write ${files}?`, terminal);
}

function changeText({ client, path, before, after }: PlannedChange, mask: (line: string) => string): string {
  const head = `${client.title}: ${path}${before === undefined ? ' (new)' : ''}`;
  return `${[head, ...difference(before ?? '', after).map((line) => `  ${mask(line)}`)].join('\n')}\n`;
}

/** As they are and as JSON writes them; the longest first, or what is behind a shorter one in it would be shown. */
function masked(values: readonly string[]): (line: string) => string {
  const all = values
    .flatMap((value) => [value, JSON.stringify(value).slice(1, -1)])
    .filter((value) => value !== '')
    .toSorted((a, b) => b.length - a.length);
  return (line) => all.reduce((text, value) => text.replaceAll(value, '…'), line);
}
