import { Listr, ListrLogger, ProcessOutput } from 'listr2';
import { McpcatError, messageOf } from '../../lib/errors.ts';
import type { Emit, Event } from '../../lib/event.ts';
import { oneLine } from '../../lib/plain-text.ts';
import { pool } from '../../lib/pool.ts';
import type { Terminal } from '../command.ts';

/** One subject's work; `emit` is what it says meanwhile. */
export interface Job<T> {
  readonly name: string;
  /** How long it takes, relative to the others. */
  readonly weight?: number;
  readonly work: (emit: Emit) => Promise<T>;
}
export type JobResult<T> =
  { readonly name: string; readonly value: T } | { readonly name: string; readonly error: unknown };

/** Runs jobs side by side; one failure never stops the others. A terminal sees a live list, a pipe plain lines. */
export async function runJobs<T>(
  jobs: readonly Job<T>[],
  options: { readonly terminal: Terminal; readonly width: number; readonly quiet: boolean },
): Promise<JobResult<T>[]> {
  const { terminal, width, quiet } = options;
  const live =
    terminal.stderr.isTTY &&
    terminal.stdout.isTTY &&
    // A list that is higher than the window can't be drawn over.
    jobs.length < (terminal.stderr.rows ?? 24) - 4 &&
    !quiet &&
    !terminal.env['CI'] &&
    !terminal.env['NO_COLOR'];
  return live ? liveJobs(jobs, { terminal, width }) : plainJobs(jobs, { terminal, width, quiet });
}

async function liveJobs<T>(
  jobs: readonly Job<T>[],
  { terminal, width }: { terminal: Terminal; width: number },
): Promise<JobResult<T>[]> {
  const results = new Map<string, JobResult<T>>();
  const list = new Listr(
    jobs.map(({ name, work }) => ({
      title: name,
      task: async (_: unknown, task: { output: string; title: string }) => {
        const say: Emit = (event) => (task.output = lineOf(event) ?? task.output);
        const result = await settle(name, terminal, () => work(say));
        results.set(name, result);
        if ('error' in result) throw new Error(oneLine(messageOf(result.error)));
      },
    })),
    {
      concurrent: width,
      exitOnError: false,
      // Ctrl-C is ours: listr2 would end the process before anything is cleaned up.
      registerSignalListeners: false,
      rendererOptions: {
        collapseErrors: false,
        // It shows on stdout by default; stdout is for results.
        logger: new ListrLogger({
          processOutput: new ProcessOutput(terminal.streams.stderr, terminal.streams.stderr),
        }),
      },
    },
  );
  await list.run();
  return jobs.flatMap(({ name }) => results.get(name) ?? []);
}

async function plainJobs<T>(
  jobs: readonly Job<T>[],
  { terminal, width, quiet }: { terminal: Terminal; width: number; quiet: boolean },
): Promise<JobResult<T>[]> {
  const due = paced();
  const say: Emit = (event) => {
    const shown = event.type === 'stage' || event.type === 'notice' || due(event);
    const text = shown ? lineOf(event) : undefined;
    if (text !== undefined && !quiet) terminal.stderr.write(`${event.subject}: ${text}\n`);
  };
  const left = countdown(jobs);
  return pool(jobs, width, async (job) => {
    const result = await settle(job.name, terminal, () => job.work(say));
    const line = left(job);
    if (line !== undefined && !quiet) terminal.stderr.write(`${line}\n`);
    return result;
  });
}

/** From so many jobs on it is said how many are left, and how long that will take. */
const many = 8;

function countdown(jobs: readonly Job<unknown>[]): (done: Job<unknown>) => string | undefined {
  const started = performance.now();
  const weightOf = ({ weight = 1 }: Job<unknown>): number => weight;
  const total = jobs.reduce((sum, job) => sum + weightOf(job), 0);
  let count = 0;
  let weight = 0;
  return (job) => {
    count += 1;
    weight += weightOf(job);
    if (jobs.length < many || count === jobs.length) return undefined;
    const minutes = Math.ceil(((performance.now() - started) * (total / weight - 1)) / 60_000);
    return `── ${String(count)} of ${String(jobs.length)}, about ${String(minutes)} min left`;
  };
}

/** Milliseconds between two plain lines about one subject's bytes. */
const pace = 5000;

/** What takes longer says now and then how far it is. */
function paced(): (event: Event) => boolean {
  const last = new Map<string, number>();
  return (event) => {
    if (event.type !== 'progress' || event.unit !== 'bytes') return false;
    const now = performance.now();
    const before = last.get(event.subject);
    if (before !== undefined && now - before < pace) return false;
    last.set(event.subject, now);
    return before !== undefined;
  };
}

/** What has not begun when the user gives up does not begin any more. */
async function settle<T>(name: string, { signal }: Terminal, work: () => Promise<T>): Promise<JobResult<T>> {
  try {
    if (signal.aborted) throw new McpcatError('cancelled', `${name}: cancelled`);
    return { name, value: await work() };
  } catch (error) {
    return { name, error };
  }
}

/** Upstream's words are in it. */
function lineOf(event: Event): string | undefined {
  const text = textOf(event);
  return text === undefined ? undefined : oneLine(text);
}

function textOf(event: Event): string | undefined {
  switch (event.type) {
    case 'stage':
      return `${event.stage} ${event.state}${event.detail === undefined ? '' : `: ${event.detail}`}`;
    case 'progress':
      return event.unit === 'bytes'
        ? `${event.stage} ${(event.done / 1e6).toFixed(1)} of ${(event.total / 1e6).toFixed(1)} MB`
        : `${event.stage} ${String(event.done)}/${String(event.total)} ${event.unit}`;
    case 'output':
      return event.line;
    case 'notice':
      return event.message;
  }
}
