import { Listr } from 'listr2';
import { messageOf } from '../../lib/errors.ts';
import type { Emit, Event } from '../../lib/event.ts';
import { pool } from '../../lib/pool.ts';
import type { Terminal } from '../command.ts';

/** One subject's work; `emit` is what it says meanwhile. */
export interface Job<T> {
  readonly name: string;
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
    terminal.stderr.isTTY === true &&
    !quiet &&
    terminal.env['CI'] === undefined &&
    terminal.env['NO_COLOR'] === undefined;
  return live ? liveJobs(jobs, width) : plainJobs(jobs, { terminal, width, quiet });
}

async function liveJobs<T>(jobs: readonly Job<T>[], width: number): Promise<JobResult<T>[]> {
  const results = new Map<string, JobResult<T>>();
  const list = new Listr(
    jobs.map(({ name, work }) => ({
      title: name,
      task: async (_: unknown, task: { output: string; title: string }) => {
        const result = await settle(name, () =>
          work((event) => (task.output = textOf(event) ?? task.output)),
        );
        results.set(name, result);
        if ('error' in result) throw new Error(messageOf(result.error));
      },
    })),
    { concurrent: width, exitOnError: false, rendererOptions: { collapseErrors: false } },
  );
  // The list shows on stdout by default; stdout is for results.
  await list.run();
  return jobs.flatMap(({ name }) => results.get(name) ?? []);
}

async function plainJobs<T>(
  jobs: readonly Job<T>[],
  { terminal, width, quiet }: { terminal: Terminal; width: number; quiet: boolean },
): Promise<JobResult<T>[]> {
  const say: Emit = (event) => {
    const text = event.type === 'stage' || event.type === 'notice' ? textOf(event) : undefined;
    if (text !== undefined && !quiet) terminal.stderr.write(`${event.subject}: ${text}\n`);
  };
  return pool(jobs, width, ({ name, work }) => settle(name, () => work(say)));
}

async function settle<T>(name: string, work: () => Promise<T>): Promise<JobResult<T>> {
  try {
    return { name, value: await work() };
  } catch (error) {
    return { name, error };
  }
}

function textOf(event: Event): string | undefined {
  switch (event.type) {
    case 'stage':
      return `${event.stage} ${event.state}${event.detail === undefined ? '' : `: ${event.detail}`}`;
    case 'progress':
      return `${event.stage} ${String(event.done)}/${String(event.total)} ${event.unit}`;
    case 'output':
      return event.line;
    case 'notice':
      return event.message;
  }
}
