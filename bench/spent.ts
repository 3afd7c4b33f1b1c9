import { spawnSync } from 'node:child_process';

export interface Spent {
  /** Seconds of the clock. */
  readonly wall: number;
  /** Seconds of processors: a busy machine lengthens them little. */
  readonly cpu: number;
}

interface Surroundings {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Exit codes that are no failure; any, if left out. */
  readonly codes?: readonly number[];
}

/** What a Node script takes as a process of its own. The shell tells what its child has used (POSIX, `times`). */
export function spentByScript(words: readonly string[], { env, cwd, codes }: Surroundings = {}): Spent {
  const started = performance.now();
  const script = '"$@" >/dev/null 2>&1; echo $?; times';
  const { stdout, error } = spawnSync('/bin/sh', ['-c', script, 'sh', process.execPath, ...words], {
    ...{ env, cwd, encoding: 'utf8' },
  });
  if (error !== undefined) throw error;
  const [code = '', , children = ''] = stdout.split('\n');
  if (codes !== undefined && !codes.includes(Number(code))) throw new Error(`${words.join(' ')}: ${code}`);
  return { wall: (performance.now() - started) / 1000, cpu: cpuOf(children) };
}

/** User and system time, as 0m1.234000s. */
function cpuOf(line: string): number {
  return [...line.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, rest]) => sum + Number(minutes) * 60 + Number(rest),
    0,
  );
}
