import { spawn } from 'node:child_process';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Lane, Load } from './lanes.ts';

/** Test files that one process runs. */
export interface Job {
  readonly name: string;
  readonly files: readonly string[];
  readonly lane: Lane;
  readonly load: Load;
}

export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

export interface JobResult extends Counts {
  readonly name: string;
  readonly seconds: number;
  /** Of the processors: its process and that one's children, without what the engine does for them. */
  readonly cpuSeconds: number;
}

/** Every process of a run, and of the next one, compiles each source file once. */
const compileCache = path.resolve('node_modules/.cache/compile');
const eachProcess = new URL('each-process.ts', import.meta.url).href;
const longestJobMs = 30 * 60_000;

/** Runs the files of a job in one process. Their output comes in one piece when it is over. */
export async function runJob({ name, files }: Job): Promise<JobResult> {
  const started = performance.now();
  // In the runner's own process: a child for each file costs more than most files.
  const args = ['--test', '--test-isolation=none', '--test-timeout=900000', '--test-reporter=spec'];
  const child = spawn(process.execPath, [...args, '--import', eachProcess, ...files], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  // A test that hangs in its own process ends neither by itself nor by SIGTERM.
  const late = setTimeout(() => child.kill('SIGKILL'), longestJobMs);
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  clearTimeout(late);
  const seconds = (performance.now() - started) / 1000;
  const counts = countsIn(output, code === 0);
  const good = code === 0 && counts.failed === 0;
  const cpuSeconds = Number(/^ℹ cpu_seconds ([\d.]+)$/m.exec(output)?.[1] ?? 0);
  process.stdout.write(
    `${good ? '✔' : '✖'} ${name} (${String(counts.passed)} passed, ${String(counts.failed)} failed, ${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s CPU)\n`,
  );
  if (!good) process.stdout.write(`${output}\n`);
  return { name, seconds, cpuSeconds, ...counts };
}

/** A process that ends badly has failed, whatever it has counted. */
export function countsIn(output: string, endedWell: boolean): Counts {
  const count = (word: string): number =>
    Number(new RegExp(`^ℹ ${word} (\\d+)$`, 'm').exec(output)?.[1] ?? 0);
  const failed = count('fail') + count('cancelled');
  return { passed: count('pass'), failed: endedWell ? failed : Math.max(1, failed) };
}
