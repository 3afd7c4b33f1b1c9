import { thisHost } from '../host/this-host.ts';
import { whileTaken } from '../launch/while-taken.ts';
import { McpcatError } from '../lib/errors.ts';
import type { Early } from '../serve/early.ts';
import type { CommandSpec, ProcessEdges } from './command.ts';
import { main } from './cli.ts';
import { programWords } from './program.ts';

/** Hands this process to the command line: streams, signals, exit code. */
export async function start(commands: readonly CommandSpec[], early?: Early): Promise<void> {
  const argv = process.argv.slice(2);
  // The launcher has its own handling of both: signals are passed on, a client that does not read ends the session.
  const signal = argv[0] === 'run' ? new AbortController().signal : cancelledBySignals();
  // What these write is for a client alone.
  const speaks = argv[0] === 'run' || argv[0] === 'serve';
  if (!speaks) endQuietlyWithReader(process.stdout);
  if (!speaks && process.env['GITHUB_STEP_SUMMARY']) {
    const { alsoIntoSummary } = await import('./step-summary.ts');
    alsoIntoSummary(process.stdout, { argv, env: process.env });
  }
  const exitCode = await main(argv, edgesOf(signal, early), commands);
  const taken = allTaken();
  // A pager may take its time over a list. Of a session that is over nobody waits for more than is being read.
  if (argv[0] === 'run') await whileTaken(taken, [process.stdout, process.stderr], lastOutputMs);
  else await taken;
  process.exit(exitCode);
}

/** Milliseconds in which a client has to take some of what is left, after the launcher's own wait for it. */
const lastOutputMs = 250;

/** Output may still be on its way to a pipe; an empty write comes back when it has been taken. */
async function allTaken(): Promise<void> {
  await new Promise<void>((resolve) => {
    process.stdout.write('', () => process.stderr.write('', () => resolve()));
  });
}

/** Node makes each stream when it is first asked for; a launch has better things to do before. */
function edgesOf(signal: AbortSignal, early: Early | undefined): ProcessEdges {
  return {
    early,
    get stdin() {
      return process.stdin;
    },
    get stdout() {
      return process.stdout;
    },
    get stderr() {
      return process.stderr;
    },
    env: process.env,
    host: thisHost(),
    signal,
    program: programWords(process.argv[1]),
  };
}

function cancelledBySignals(): AbortSignal {
  const cancelled = new AbortController();
  const cancel = (): void => {
    // A second signal does not wait for anything.
    if (cancelled.signal.aborted) process.exit(130);
    cancelled.abort(new McpcatError('cancelled', 'cancelled'));
  };
  process.on('SIGINT', cancel);
  process.on('SIGTERM', cancel);
  return cancelled.signal;
}

/** A reader that has seen enough (head, less) is no error. */
function endQuietlyWithReader(stdout: NodeJS.WriteStream): void {
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : 3);
  });
}
