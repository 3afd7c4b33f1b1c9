/**
 * `npm run bench:pairs -- --before "COMMAND" [--after "COMMAND"] [--runs N]`: two builds in turn, start to the answer
 * of `initialize`, as ratios of pairs: those mean something on a busy machine, too. The commands are split at spaces,
 * and each starts the same server for a client; `--after` is this checkout's `run everything` if nothing is said. An
 * older build has a worktree with a `dist` and an image of its own:
 *
 * ```
 * git worktree add ../before c4b8bef && (cd ../before && npm ci && node bin/mcpcat.js build everything …)
 * npm run bench:pairs -- --before "node ../before/bin/mcpcat.js run everything" --runs 60
 * ```
 */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { engineProxy } from '../test/rig/engine-proxy.ts';
import { hello } from '../test/rig/hello.ts';

const option = (name: string): string | undefined => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
};
const words = (text: string): string[] => text.split(' ').filter((word) => word !== '');
const before = words(option('before') ?? '');
const after = words(option('after') ?? `${process.execPath} bin/mcpcat.js run everything`);
const runs = Number(option('runs')) || 40;
/** Clock ticks of /proc/PID/stat in a second: 100 on all Linux that Node runs on. */
const ticks = 100;

interface Sample {
  readonly initializeMs: number;
  /** Of the front process, up to that answer. */
  readonly cpuMs: number;
}

async function start(
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Sample> {
  const started = performance.now();
  const [program = '', ...args] = command;
  const child = spawn(program, args, { env: { ...process.env, ...env } });
  child.stderr.resume();
  child.stdin.write(hello);
  await firstLine(child);
  const initializeMs = performance.now() - started;
  const fields = readFileSync(`/proc/${String(child.pid)}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  const cpuMs = ((Number(fields[11]) + Number(fields[12])) / ticks) * 1000;
  const gone = new Promise((resolve) => child.once('close', resolve));
  child.stdin.end();
  await gone;
  return { initializeMs, cpuMs };
}

function firstLine(child: ChildProcessWithoutNullStreams): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      if (chunk.includes('\n')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`ended with ${String(code)} before it answered`)));
  });
}

/** Requests to the engine from the start to the end, in order. */
async function requests(command: readonly string[]): Promise<string[]> {
  await using proxy = await engineProxy();
  const env = { DOCKER_HOST: proxy.address };
  await start(command, env); // what is known of this address is kept
  const known = proxy.requests.length;
  await start(command, env);
  return proxy.requests
    .slice(known)
    .map((line) => line.replaceAll(/[0-9a-f]{64}/g, 'ID').replace(/\?.*/, ''));
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
}

if (before.length === 0) {
  process.stderr.write('pairs: expected --before "COMMAND"\n');
  process.exit(2);
}
const samples: { readonly before: Sample; readonly after: Sample }[] = [];
for (let run = -1; run < runs; run++) {
  // Neither is always the second of a pair.
  const first = run % 2 === 0 ? await start(before) : undefined;
  const ours = await start(after);
  const pair = { before: first ?? (await start(before)), after: ours };
  if (run >= 0) samples.push(pair); // the first pair only warms caches
  process.stderr.write(`\rpair ${String(run + 1)} of ${String(runs)} `);
}
process.stderr.write('\n');
for (const key of ['initializeMs', 'cpuMs'] as const) {
  const [old, now] = [samples.map((pair) => pair.before[key]), samples.map((pair) => pair.after[key])];
  const ratios = samples.map((pair) => pair.after[key] / pair.before[key]);
  const row = [0.1, 0.25, 0.5].map(
    (share) =>
      `${String(share * 100)} %: ${quantile(old, share).toFixed(0)} -> ${quantile(now, share).toFixed(0)} (${(quantile(now, share) / quantile(old, share)).toFixed(3)})`,
  );
  process.stdout.write(
    `${key}: median of ${String(samples.length)} ratios ${quantile(ratios, 0.5).toFixed(3)}; ${row.join(', ')}\n`,
  );
}
for (const [name, command] of Object.entries({ before, after })) {
  const asked = await requests(command);
  process.stdout.write(`${name}: ${String(asked.length)} requests up to the end\n  ${asked.join('\n  ')}\n`);
}
