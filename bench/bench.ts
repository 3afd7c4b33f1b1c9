/**
 * `npm run bench [-- --runs N]`: ours and the rivals in turn, medians and ratios. Start to the answer of initialize,
 * bytes per second through a tool call's echo, and the launcher's memory. Rivals: `docker run -i --rm` of the same
 * image with the same restrictions, and `npx -y` of the same package.
 */
import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { loadServer } from '../src/catalog/load.ts';
import { imageOf } from '../src/catalog/image-name.ts';
import { hostPaths } from '../src/sandbox/paths.ts';
import { sandboxOf } from '../src/sandbox/policy.ts';
import { settingsOf } from '../src/sandbox/settings.ts';
import { hello } from '../test/rig/hello.ts';
import { dockerFlags } from './docker-flags.ts';
import { median } from './quantile.ts';

const name = 'everything';
/** Calls of 512 KB each way, one after the other. */
const echoes = 40;
const runs = Number(process.argv[process.argv.indexOf('--runs') + 1]) || 15;
const server = await loadServer('catalog', name);
const { entry, lock } = server;
const sandbox = sandboxOf(entry, { env: {}, mounts: [], args: [] }, hostPaths('/nonexistent'));
const settings = settingsOf(sandbox, { image: imageOf(server), labels: {}, autoRemove: true });
const docker = ['/usr/bin/docker', '/usr/local/bin/docker'].find((file) => existsSync(file)) ?? 'docker';
const rivals: Readonly<Record<string, readonly string[]>> = {
  'mcpcat run': [process.execPath, 'bin/mcpcat.js', 'run', name],
  'docker run': [docker, 'run', '-i', '--rm', ...dockerFlags(settings), settings.image, ...settings.command],
  // As the servers' own documentation has it: without a version, so that npx asks the registry each time.
  'npx -y': ['npx', '-y', '@modelcontextprotocol/server-everything'],
  // With an exact version and a warm cache it asks nobody.
  'npx -y NAME@VERSION': [
    'npx',
    '-y',
    `@modelcontextprotocol/server-everything@${lock?.version ?? 'latest'}`,
  ],
};

interface Sample {
  readonly initializeMs: number;
  readonly megabytesPerSecond: number;
  readonly residentMb: number;
}

function request(id: number, method: string, params: unknown): string {
  return `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`;
}

/** Resolves when the answer with this id has come. */
function answered(child: ChildProcessWithoutNullStreams, id: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let tail = '';
  const take = (chunk: Buffer): void => {
    // Only the end of what came can hold the id's line start; large answers are not kept.
    tail = (tail + chunk.toString('latin1')).slice(-(1 << 20));
    if (!tail.includes(`"id":${String(id)}`) || !tail.endsWith('\n')) return;
    child.stdout.off('data', take);
    child.off('exit', gone);
    resolve();
  };
  const gone = (code: number | null): void =>
    reject(new Error(`ended with ${String(code)} before it answered`));
  child.stdout.on('data', take);
  child.once('exit', gone);
  return promise;
}

async function measure(words: readonly string[]): Promise<Sample> {
  const started = performance.now();
  const child = spawn(words[0] ?? '', words.slice(1), { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stderr.resume();
  child.stdin.write(hello);
  await answered(child, 1);
  const initializeMs = performance.now() - started;
  child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })}\n`);
  const message = 'x'.repeat(512 * 1024);
  const echoStarted = performance.now();
  for (let id = 2; id < 2 + echoes; id++) {
    const answer = answered(child, id);
    child.stdin.write(request(id, 'tools/call', { name: 'echo', arguments: { message } }));
    await answer;
  }
  const seconds = (performance.now() - echoStarted) / 1000;
  const residentMb =
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${String(child.pid)}/status`, 'utf8'))?.[1]) / 1024;
  const gone = new Promise((resolve) => child.once('close', resolve));
  child.stdin.end();
  await gone;
  return { initializeMs, megabytesPerSecond: (echoes * message.length * 2) / 1e6 / seconds, residentMb };
}

if (spawnSync(docker, ['image', 'inspect', settings.image], { stdio: 'ignore' }).status !== 0) {
  process.stderr.write(
    `bench: expected the image ${settings.image} on a running engine: npm run quickstart\n`,
  );
  process.exit(3);
}
const samples: Record<string, Sample[]> = Object.fromEntries(Object.keys(rivals).map((rival) => [rival, []]));
for (let run = -1; run < runs; run++) {
  for (const [rival, words] of Object.entries(rivals)) {
    const sample = await measure(words);
    if (run >= 0) samples[rival]?.push(sample); // the first round only warms caches
  }
  process.stderr.write(`\rround ${String(run + 1)} of ${String(runs)} `);
}
process.stderr.write('\n');
const row = (rival: string): [number, number, number] => {
  const all = samples[rival] ?? [];
  return [
    median(all.map((s) => s.initializeMs)),
    median(all.map((s) => s.megabytesPerSecond)),
    median(all.map((s) => s.residentMb)),
  ];
};
const ours = row('mcpcat run');
process.stdout.write(`${'medians'.padEnd(20)} initialize   echo        front process\n`);
for (const rival of Object.keys(rivals)) {
  const [start, rate, memory] = row(rival);
  process.stdout.write(
    `${rival.padEnd(20)} ${start.toFixed(0).padStart(7)} ms  ${rate.toFixed(0).padStart(5)} MB/s  ${memory.toFixed(0).padStart(5)} MB\n`,
  );
}
for (const [rival, target] of [
  ['docker run', 1.05],
  ['npx -y', 0.5],
  ['npx -y NAME@VERSION', undefined],
] as const) {
  const [start, rate] = row(rival);
  process.stdout.write(
    `mcpcat run / ${rival}: initialize ${(ours[0] / start).toFixed(2)} ${target === undefined ? '' : `(target at most ${String(target)}) `}, echo ${(ours[1] / rate).toFixed(2)}\n`,
  );
}
