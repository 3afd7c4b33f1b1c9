import { spawn } from 'node:child_process';
import path from 'node:path';
import { performance } from 'node:perf_hooks';

/** Test files that one process runs. */
export interface Job {
  readonly name: string;
  readonly files: readonly string[];
  /** Jobs of one lane never run at the same time; `alone` waits until nothing else runs. */
  readonly lane: string | undefined;
}

export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

export interface JobResult extends Counts {
  readonly name: string;
  readonly seconds: number;
}

export interface RunOptions {
  /** Jobs that run at the same time. */
  readonly slots: number;
  /** Further arguments of Node, before the files. */
  readonly nodeArgs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Every process of a run, and of the next one, compiles each source file once. */
const compileCache = path.resolve('node_modules/.cache/compile');
const longestJobMs = 30 * 60_000;

/** Runs every job, in the given order as slots become free. Each one's output comes in one piece when it is over. */
export async function runJobs(jobs: readonly Job[], options: RunOptions): Promise<JobResult[]> {
  const results: JobResult[] = [];
  const take = async (job: Job): Promise<void> => void results.push(await runJob(job, options));
  await together(
    jobs.filter(({ lane }) => lane !== 'alone'),
    { slots: options.slots, take },
  );
  for (const job of jobs.filter(({ lane }) => lane === 'alone')) await take(job);
  return results;
}

/** Hands every job to `take`, so many at a time, and never two of one lane. */
export async function together(
  jobs: readonly Job[],
  { slots, take }: { readonly slots: number; readonly take: (job: Job) => Promise<void> },
): Promise<void> {
  const waiting = [...jobs];
  const running = new Map<Job, Promise<void>>();
  const next = (): Job | undefined => {
    const busy = new Set([...running.keys()].map(({ lane }) => lane).filter((lane) => lane !== undefined));
    const index = waiting.findIndex(({ lane }) => lane === undefined || !busy.has(lane));
    return index === -1 ? undefined : waiting.splice(index, 1)[0];
  };
  while (waiting.length > 0 || running.size > 0) {
    const job = running.size < slots ? next() : undefined;
    if (job === undefined) await Promise.race(running.values());
    else
      running.set(
        job,
        take(job).finally(() => running.delete(job)),
      );
  }
}

async function runJob({ name, files }: Job, { nodeArgs = [], env = {} }: RunOptions): Promise<JobResult> {
  const started = performance.now();
  // In the runner's own process: a child for each file costs more than most files.
  const args = ['--test', '--test-isolation=none', '--test-timeout=900000', '--test-reporter=spec'];
  const child = spawn(process.execPath, [...args, ...nodeArgs, ...files], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache, ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  // A runner whose tests have left something running does not end by itself, nor by SIGTERM.
  const late = setTimeout(() => child.kill('SIGKILL'), longestJobMs);
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  clearTimeout(late);
  const seconds = (performance.now() - started) / 1000;
  const counts = countsIn(output, code === 0);
  const good = code === 0 && counts.failed === 0;
  process.stdout.write(
    `${good ? '✔' : '✖'} ${name} (${String(counts.passed)} passed, ${String(counts.failed)} failed, ${seconds.toFixed(1)} s)\n`,
  );
  if (!good) process.stdout.write(`${output}\n`);
  return { name, seconds, ...counts };
}

/** A process that ends badly has failed, whatever it has counted. */
export function countsIn(output: string, endedWell: boolean): Counts {
  const count = (word: string): number =>
    Number(new RegExp(`^ℹ ${word} (\\d+)$`, 'm').exec(output)?.[1] ?? 0);
  const failed = count('fail') + count('cancelled');
  return { passed: count('pass'), failed: endedWell ? failed : Math.max(1, failed) };
}
