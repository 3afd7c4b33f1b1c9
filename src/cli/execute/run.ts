import type { Engine } from '../../engine/engine.ts';
import type { Host } from '../../host/host.ts';
import { keepCompiled } from '../../launch/keep-compiled.ts';
import { keepSmall } from '../../launch/keep-small.ts';
import { launch, type ClientReason, type LaunchResult } from '../../launch/launch.ts';
import { reap } from '../../launch/reap.ts';
import { McpcatError } from '../../lib/errors.ts';
import { oneLine } from '../../lib/plain-text.ts';
import { shortId } from '../../lib/short-id.ts';
import { endMessage } from '../../sandbox/end-reason.ts';
import { madeSince } from '../../sandbox/guards.ts';
import type { hostPaths } from '../../sandbox/paths.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import type { Execute, Terminal } from '../command.ts';
import { flagText } from '../flags.ts';
import { shownOnTerminal } from '../shown-on-terminal.ts';
import { holdInputMs } from './hold-input-ms.ts';
import { prepareRun } from './prepare-run.ts';

export const execute: Execute = async (invocation) => {
  const { options, positionals, terminal } = invocation;
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0)
    throw new McpcatError('usage', 'expected the name of one server', {
      hint: 'mcpcat list shows them; arguments for the server go after --',
    });
  const grace = graceOf(options.text('grace'));
  const { entry, paths, session, remember } = await prepareRun(name, invocation);
  const { engine, sandbox } = session;
  const accepts = (kind: string): boolean => entry.exceptions.some(({ finding }) => finding === kind);
  const result = await launch({
    ...session,
    streams: () => ({
      stdin: terminal.streams.stdin,
      stdout: terminal.streams.stdout,
      stderr: shownOnTerminal(terminal.streams.stderr),
      sorted: accepts('stdout-noise'),
      holdInputMs: holdInputMs(entry, grace),
    }),
    grace,
    onReady: (end) => watch(end, terminal.host),
    onStarted: () => {
      keepSmall();
      remember();
      reapLater(engine, terminal.host);
    },
  });
  if (result.reason.kind === 'engine-gone')
    throw new McpcatError('engine-gone', `the engine went away while ${name} ran: ${result.reason.message}`, {
      hint: 'when it is back, the next mcpcat run or mcpcat prune removes what it may have left',
    });
  if (result.left !== undefined)
    terminal.stderr.write(
      `mcpcat: the engine has not confirmed that the container ${shortId(result.left)} is removed; mcpcat prune will\n`,
    );
  sayWhatRuns(sandbox, { paths, terminal });
  const message = lastWord(result, sandbox);
  if (message !== undefined) terminal.stderr.write(`mcpcat: ${message}\n`);
  return result.exitCode;
};

/** What was not there before can't be kept from being made, only be said. */
function sayWhatRuns(
  { name, written }: Sandbox,
  { paths, terminal }: { readonly paths: ReturnType<typeof hostPaths>; readonly terminal: Terminal },
): void {
  const made = written.flatMap((folder) => madeSince(folder, paths));
  if (made.length === 0) return;
  const shown = made.slice(0, 5).map((place) => oneLine(place, 300));
  const more = made.length > shown.length ? ` and ${String(made.length - shown.length)} more` : '';
  terminal.stderr.write(
    `mcpcat: ${name} has made what your machine may run by itself: ${shown.join(', ')}${more}; read it before you use the folder\n`,
  );
}

/** Why it ended, where the client did not ask for it. An end for want of memory is said by mcpcat-init. */
function lastWord({ reason, exitCode }: LaunchResult, sandbox: Sandbox): string | undefined {
  if (reason.kind === 'input-stuck')
    return `${sandbox.name} was ended: it has not read for a minute, and very much is waiting for it`;
  if (reason.kind === 'lease-lost') return `${sandbox.name} was ended: ${reason.message}`;
  if (reason.kind !== 'exited') return undefined;
  const end = endMessage({ exitCode, outOfMemory: false }, sandbox);
  return end === undefined
    ? undefined
    : [end.text, ...end.inputs.map((input) => `(see ${flagText(input)})`)].join(' ');
}

/** As early as this module is loaded: a client may be gone before there is a container. */
const parent = process.ppid;

function graceOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new McpcatError('usage', `--grace: expected milliseconds, found "${text}"`);
}

/** Everything from outside that ends a session, until this process ends with it. */
function watch(end: (reason: ClientReason) => void, host: Host): void {
  for (const signal of host.endSignals) process.on(signal, () => end({ kind: 'signal', signal }));
  const gone = (): void => {
    if (host.isOrphan(parent)) end({ kind: 'parent-gone' });
  };
  gone();
  setInterval(gone, 500).unref();
}

/** What others left behind must not delay this server, nor what the next start finds. */
function reapLater(engine: Engine, host: Host): void {
  setTimeout(() => {
    keepCompiled();
    void reap(engine, host).catch(() => undefined);
  }, 1500).unref();
}
