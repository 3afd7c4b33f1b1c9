/**
 * `npm run bench:serve [-- --runs N] [--servers N]`: `mcpcat serve` beside `mcpcat run` and `docker run` with the same
 * restrictions, in turn, medians and ratios. Asleep: many servers configured, none called. Then the first call of a
 * server that sleeps, what serve adds to a call, bytes through an echo, and memory with ten servers at work.
 *
 * What servers offer is recorded once before, in a home of its own; nothing of that is measured.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { imageOf } from '../src/catalog/image-name.ts';
import { loadServer } from '../src/catalog/load.ts';
import { hostPaths } from '../src/sandbox/paths.ts';
import { sandboxOf } from '../src/sandbox/policy.ts';
import { settingsOf } from '../src/sandbox/settings.ts';
import { atHome } from '../test/rig/at-home.ts';
import { dockerFlags } from './docker-flags.ts';
import { LineClient, type Memory } from './line-client.ts';
import { median, quantile } from './quantile.ts';

const option = (name: string, usual: number): number =>
  Number(process.argv[process.argv.indexOf(`--${name}`) + 1]) || usual;
const runs = option('runs', 9);
const wantedServers = option('servers', 20);
const atWork = option('at-work', 10);
const calls = 300;
const bulkCalls = 30;
const bulk = 'x'.repeat(512 * 1024);

const docker = ['/usr/bin/docker', '/usr/local/bin/docker'].find((file) => existsSync(file)) ?? 'docker';
const server = await loadServer('catalog', 'everything');
const sandbox = sandboxOf(server.entry, { env: {}, mounts: [], args: [] }, hostPaths('/nonexistent'));
const settings = settingsOf(sandbox, { image: imageOf(server), labels: {}, autoRemove: true });
const dockerRun = [
  docker,
  'run',
  '-i',
  '--rm',
  ...dockerFlags(settings),
  settings.image,
  ...settings.command,
];
const mcpcat = [process.execPath, 'bin/mcpcat.js'];
const home = mkdtempSync(path.join(tmpdir(), 'mcpcat-bench-serve-'));
process.on('exit', () => rmSync(home, { recursive: true, force: true }));
/** Of the environment nothing that an entry may have as a setting: what a server then offers is found out at each start. */
const env = Object.fromEntries(
  Object.entries(atHome(home)).filter(([name]) => /^(?:PATH|HOME|DOCKER_\w+)$/.test(name)),
);

/** Servers that start without anything of the user's, keep nothing and have an image here; `everything` first. */
function startable(): string[] {
  const names = readdirSync('catalog').filter((name) => {
    const entry = path.join('catalog', name, 'server.yaml');
    return existsSync(entry) && !/required: true|^ *state:/m.test(readFileSync(entry, 'utf8'));
  });
  const isHere = (name: string): boolean =>
    spawnSync(docker, ['image', 'inspect', `mcpcat/${name}:local`], { stdio: 'ignore' }).status === 0;
  return ['everything', ...names.filter((name) => name !== 'everything')]
    .filter(isHere)
    .slice(0, wantedServers);
}

const names = startable();
const serve = (...served: readonly string[]): LineClient =>
  new LineClient([...mcpcat, 'serve', ...served], env);
const run = (name: string): LineClient => new LineClient([...mcpcat, 'run', name], env);

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Milliseconds from now until it is answered. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

async function startToInitialize(client: LineClient): Promise<number> {
  await client.initialize();
  const ms = performance.now() - client.startedAt;
  await client.close();
  return ms;
}

const samples = new Map<string, number[]>();
function keep(what: string, value: number): void {
  samples.set(what, [...(samples.get(what) ?? []), value]);
}
const of = (what: string): number => median(samples.get(what) ?? []);

async function asleepRound(isKept: boolean): Promise<void> {
  const asleep = serve(...names);
  await asleep.initialize();
  const initializeMs = performance.now() - asleep.startedAt;
  await asleep.ask('tools/list');
  const listMs = performance.now() - asleep.startedAt;
  const { residentMb, proportionalMb } = asleep.memory();
  await asleep.close();
  const dockerMs = await startToInitialize(new LineClient(dockerRun));
  const runMs = await startToInitialize(run('everything'));
  const bareMs = await startToInitialize(new LineClient([process.execPath, '-e', bareServer]));
  if (!isKept) return;
  keep('serve initialize', initializeMs);
  keep('serve list', listMs);
  keep('serve resident', residentMb);
  keep('serve proportional', proportionalMb);
  keep('docker initialize', dockerMs);
  keep('run initialize', runMs);
  keep('node initialize', bareMs);
}

/** What no program in Node can be quicker than. */
const bareServer = `process.stdin.once('data', () => console.log('{"jsonrpc":"2.0","id":1,"result":{}}')).resume()`;

async function firstCallRound(isKept: boolean): Promise<void> {
  const sleeping = serve('everything');
  await sleeping.initialize();
  await sleeping.ask('tools/list');
  const serveMs = await timed(async () => sleeping.call('echo', { message: 'x' }));
  await sleeping.close();
  const direct = run('everything');
  await direct.initialize();
  await direct.call('echo', { message: 'x' });
  const runMs = performance.now() - direct.startedAt;
  await direct.close();
  if (!isKept) return;
  keep('serve first call', serveMs);
  keep('run first call', runMs);
}

/** Both run side by side, and are called in turn. */
async function callsRound(): Promise<void> {
  const pair = { serve: serve('everything'), run: run('everything') };
  for (const client of Object.values(pair)) {
    await client.initialize();
    await client.call('echo', { message: 'x' });
  }
  for (let call = 0; call < calls; call += 1)
    for (const [name, client] of Object.entries(pair))
      keep(`${name} call`, await timed(async () => client.call('echo', { message: 'x' })));
  for (let call = 0; call < bulkCalls; call += 1)
    for (const [name, client] of Object.entries(pair))
      keep(`${name} bulk`, await timed(async () => client.call('echo', { message: bulk })));
  await Promise.all(Object.values(pair).map(async (client) => client.close()));
}

interface AtWork {
  readonly serve: Memory;
  readonly one: Memory;
  readonly runs: readonly Memory[];
}

/** Some servers of the catalog end at once without a setting that they call optional. */
async function startingOnes(): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of names) {
    if (found.length === atWork) break;
    const client = run(name);
    const starts = await client.initialize().then(
      () => true,
      () => false,
    );
    await client.close();
    if (starts) found.push(name);
  }
  return found;
}

async function memoryAtWork(): Promise<AtWork> {
  const working = await startingOnes();
  const served = serve(...working);
  await served.initialize();
  const { result } = JSON.parse(await served.ask('tools/list')) as {
    readonly result: { readonly tools: readonly { readonly name: string }[] };
  };
  const toolOf = (name: string): string =>
    result.tools.find((tool) => tool.name.startsWith(`${name.replaceAll('-', '_')}_`))?.name ?? '';
  // Whatever a tool says to having no arguments: its server runs then.
  await served.call(toolOf(working[0] ?? ''), {});
  const one = served.memory();
  for (const name of working) await served.call(toolOf(name), {});
  const all = served.memory();
  await served.close();
  const launchers = working.map((name) => run(name));
  await Promise.all(launchers.map(async (launcher) => launcher.initialize()));
  await Promise.all(launchers.map(async (launcher) => launcher.ask('tools/list')));
  const runsMemory = launchers.map((launcher) => launcher.memory());
  await Promise.all(launchers.map(async (launcher) => launcher.close()));
  return { serve: all, one, runs: runsMemory };
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const ratio = (a: number, b: number): string => (a / b).toFixed(2);

if (names[0] !== 'everything') {
  process.stderr.write('bench: expected the image of everything on a running engine: npm run quickstart\n');
  process.exit(3);
}
process.stderr.write(`recording ${String(names.length)} servers: ${names.join(' ')}\n`);
for (const served of [names, ['everything']]) {
  const recording = serve(...served);
  await recording.initialize();
  await recording.ask('tools/list');
  await recording.close();
}
for (let round = -1; round < runs; round += 1) {
  await asleepRound(round >= 0); // the first round only warms caches
  await firstCallRound(round >= 0);
  process.stderr.write(`\rround ${String(round + 1)} of ${String(runs)} `);
}
await callsRound();
const work = await memoryAtWork();
process.stderr.write('\n');

say(`${String(names.length)} servers configured, none called, no container; medians of ${String(runs)}`);
say(
  `  initialize    serve ${of('serve initialize').toFixed(0)} ms, docker run of one ${of('docker initialize').toFixed(0)}, mcpcat run ${of('run initialize').toFixed(0)}, a bare Node process ${of('node initialize').toFixed(0)}`,
);
say(
  `                serve / docker run ${ratio(of('serve initialize'), of('docker initialize'))} (target at most 0.15)`,
);
say(
  `  tools/list    serve ${of('serve list').toFixed(0)} ms; / docker run's initialize ${ratio(of('serve list'), of('docker initialize'))} (target at most 0.20)`,
);
say(
  `  memory        ${of('serve resident').toFixed(0)} MB resident (target at most 75), ${of('serve proportional').toFixed(0)} MB proportional`,
);
say(
  `first call of a server that sleeps: serve ${of('serve first call').toFixed(0)} ms, mcpcat run from its start ${of('run first call').toFixed(0)}; ${ratio(of('serve first call'), of('run first call'))} (target at most 1.10)`,
);
const [serveCalls, runCalls] = [samples.get('serve call') ?? [], samples.get('run call') ?? []];
say(
  `a call to a server that runs: serve ${median(serveCalls).toFixed(2)} ms, run ${median(runCalls).toFixed(2)}; added at the median ${(median(serveCalls) - median(runCalls)).toFixed(2)} (target at most 1), at p99 ${(quantile(serveCalls, 0.99) - quantile(runCalls, 0.99)).toFixed(2)} (target at most 3)`,
);
say(
  `512 KB each way: serve / run ${ratio(of('run bulk'), of('serve bulk'))} of its rate (target at least 0.5)`,
);
const [runResident, runProportional] = [
  sum(work.runs.map((one) => one.residentMb)),
  sum(work.runs.map((one) => one.proportionalMb)),
];
say(
  `${String(work.runs.length)} servers at work: serve ${work.serve.residentMb.toFixed(0)} MB resident, as many mcpcat run ${runResident.toFixed(0)}; ${ratio(work.serve.residentMb, runResident)} (target at most 0.2)`,
);
say(
  `  proportional: ${work.serve.proportionalMb.toFixed(0)} and ${runProportional.toFixed(0)} MB; ${ratio(work.serve.proportionalMb, runProportional)} (target at most 0.5)`,
);
say(
  `  each further server ${((work.serve.residentMb - work.one.residentMb) / Math.max(1, work.runs.length - 1)).toFixed(1)} MB (target at most 5)`,
);
