/**
 * `npm run chaos:serve [-- --rounds N] [--servers A,B,C|N] [--seed S]`: `mcpcat serve` with all its servers at work, or on
 * their way to it, ended at a random moment in a random way; then nothing may be left. Ends with 1 if something is.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from '../../src/engine/engine.ts';
import { thisHost } from '../../src/host/this-host.ts';
import { reap } from '../../src/launch/reap.ts';
import { label } from '../../src/lib/labels.ts';
import type { ToolDefinition } from '../../src/surface/surface.ts';
import { atHome } from '../rig/at-home.ts';
import { eventually, mcpcat, project, testEngine } from '../rig/engine.ts';
import { harmlessTool, startable } from '../rig/startable.ts';
import { pick, seeded, type Random } from './random.ts';

export interface ServeChaos {
  readonly engine: Engine;
  readonly rounds: number;
  /** Of the catalog, startable without anything of the user's, their images here. */
  readonly servers: readonly string[];
  readonly seed: number;
  readonly onRound: (round: ServeRound) => void;
}

export interface ServeRound {
  readonly way: string;
  /** Milliseconds from the first call to the end. */
  readonly afterMs: number;
  /** Containers of it at that moment, and those that were left for good. */
  readonly running: number;
  readonly left: number;
  /** Never started, because it died in between: the reap of the next start has removed them. */
  readonly reaped: number;
  /** Milliseconds from the end until they were gone. */
  readonly goneMs: number;
}

const ways = ['SIGKILL', 'SIGKILL', 'SIGTERM', 'SIGINT', 'stdin-close'] as const;
/** Milliseconds: the last of many starts is over by then, mostly. */
const latestMs = 6000;
const withinMs = 15_000;

export async function serveChaos({
  engine,
  rounds,
  servers,
  seed,
  onRound,
}: ServeChaos): Promise<readonly ServeRound[]> {
  const random = seeded(seed);
  const home = mkdtempSync(path.join(tmpdir(), 'mcpcat-chaos-serve-'));
  const results: ServeRound[] = [];
  try {
    await recorded(servers, home);
    for (let round = 0; round < rounds; round += 1) {
      // On a slow machine nothing runs yet at any of the moments: then the last round waits for it.
      const isEmpty = round === rounds - 1 && results.every(({ running }) => running === 0);
      const result = await play({ engine, servers, home, random, minRunning: isEmpty ? 1 : 0 });
      results.push(result);
      onRound(result);
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
  return results;
}

interface Play {
  readonly engine: Engine;
  readonly servers: readonly string[];
  readonly home: string;
  readonly random: Random;
  readonly minRunning: number;
}

async function play({ engine, servers, home, random, minRunning }: Play): Promise<ServeRound> {
  const client = `chaos-${random().toString(36).slice(2)}`;
  const serve = await opened({ servers, home, client });
  const containers = async (): Promise<number> =>
    (await engine.listContainers({ [label.client]: client })).length;
  for (const tool of serve.tools) serve.call(tool);
  const afterMs = Math.round(random() * latestMs);
  await sleep(afterMs);
  const running = await eventually(containers, (count) => count >= minRunning, { withinMs: 300_000 });
  const way = pick(random, ways);
  const from = performance.now();
  if (way === 'stdin-close') serve.process.stdin.end();
  else serve.process.kill(way);
  // A container that is on its way when the launcher dies may come to be only now.
  await serve.ended;
  const started = async (): Promise<number> =>
    (await engine.listContainers({ [label.client]: client })).filter(({ state }) => state !== 'created')
      .length;
  await eventually(started, (count) => count === 0, { withinMs }).catch(started);
  const goneMs = Math.round(performance.now() - from);
  const created = (await containers()) - (await started());
  if (created > 0) await reap(engine, thisHost());
  // Another launch may be at the same: then the engine says yes to ours, and has not done it yet.
  const left = await eventually(containers, (count) => count === 0, { withinMs }).catch(containers);
  return { way, afterMs, running, left, reaped: created, goneMs };
}

type Opened = Awaited<ReturnType<typeof opened>>;

async function opened({
  servers,
  home,
  client,
}: Pick<Play, 'servers' | 'home'> & { readonly client: string }) {
  const child = spawn(process.execPath, [mcpcat, 'serve', ...servers], { env: atHome(home), cwd: project });
  child.stdin.on('error', () => undefined);
  child.stderr.resume();
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
  const send = (message: object): void =>
    void child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  send({
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: client, version: '1' } },
  });
  send({ id: 2, method: 'tools/list' });
  const lines = await eventually(
    async () => Promise.resolve(text.split('\n')),
    (all) => all.length > 2,
    { withinMs: 300_000 },
  );
  let id = 2;
  return {
    process: child,
    ended,
    tools: firstTools(servers, lines[1] ?? ''),
    call: (name: string) => send({ id: (id += 1), method: 'tools/call', params: { name, arguments: {} } }),
  };
}

/** One of each server: whatever it says to having no arguments, it runs then. */
function firstTools(servers: readonly string[], line: string): readonly string[] {
  const { result } = JSON.parse(line) as { readonly result: { readonly tools: readonly ToolDefinition[] } };
  return servers.flatMap((server) => {
    const own = result.tools.filter(({ name }) => name.startsWith(`${server.replaceAll('-', '_')}_`));
    return harmlessTool(own)?.name ?? [];
  });
}

async function recorded(servers: readonly string[], home: string): Promise<void> {
  const serve: Opened = await opened({ servers, home, client: 'chaos-recording' });
  serve.process.stdin.end();
  await serve.ended;
}

const option = (name: string, usual: string): string => {
  const at = process.argv.indexOf(`--${name}`);
  return at === -1 ? usual : (process.argv[at + 1] ?? usual);
};

if (process.argv[1] === import.meta.filename) {
  const engine = await testEngine();
  const wanted = option('servers', 'everything,time,memory,sequential-thinking');
  // A number: so many of the catalog.
  const servers = /^\d+$/.test(wanted) ? await startable(engine, Number(wanted)) : wanted.split(',');
  const seed = Number(option('seed', String(Date.now() % 1_000_000)));
  const results = await serveChaos({
    engine,
    rounds: Number(option('rounds', '200')),
    servers,
    seed,
    onRound: ({ way, afterMs, running, left, reaped, goneMs }) =>
      process.stdout.write(
        `${way} after ${String(afterMs)} ms: ${String(running)} ran, ${String(left)} left, ${String(reaped)} never started and reaped, gone after ${String(goneMs)} ms\n`,
      ),
  });
  const left = results.filter((round) => round.left > 0).length;
  const slowestMs = Math.max(...results.map(({ goneMs }) => goneMs));
  process.stdout.write(
    `chaos:serve: ${left === 0 ? 'ok' : 'FAILED'}, ${String(results.length)} rounds with ${String(servers.length)} servers, ${String(left)} with containers left, gone after ${String(slowestMs)} ms at most (--seed ${String(seed)})\n`,
  );
  process.exitCode = left === 0 ? 0 : 1;
}
