/**
 * `npm run bench:several-serves [-- --runs N] [--asleep N]`: what several `serve` processes of one user cost, and what
 * one background process for all of them could save at most (decision 74). Separate: N processes with the same servers.
 * Shared, at its best: one `serve` with N sessions, and for each client the least that Node can be between its streams
 * and a socket. Memory asleep and with three servers of each client's own at work; times to the first answer and of the
 * first call, in turn.
 */
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { label } from '../src/lib/labels.ts';
import { atHome } from '../test/rig/at-home.ts';
import { mcpcat, testEngine } from '../test/rig/engine.ts';
import { startable } from '../test/rig/startable.ts';
import { httpServe } from './http-serve.ts';
import { HttpSession } from './http-sessions.ts';
import { LineClient, memoryOf, type Memory } from './line-client.ts';
import { median } from './quantile.ts';

const option = (name: string, usual: number): number =>
  Number(process.argv[process.argv.indexOf(`--${name}`) + 1]) || usual;
const runs = option('runs', 7);
const counts = [1, 2, 3, 5];
const engine = await testEngine();
const home = mkdtempSync(path.join(tmpdir(), 'mcpcat-bench-several-'));
process.on('exit', () => rmSync(home, { recursive: true, force: true }));
const env = atHome(home);
const asleep = await startable(engine, option('asleep', 20));
const working = ['everything', 'sequential-thinking', 'time'];
const served = [...new Set([...working, ...asleep])];
const command = [process.execPath, mcpcat, 'serve'];
/** A call that each of them answers without anything of a network. */
const calls: readonly (readonly [string, object])[] = [
  ['everything_echo', { message: 'x' }],
  [
    'sequential_thinking_sequentialthinking',
    { thought: 'x', nextThoughtNeeded: false, thoughtNumber: 1, totalThoughts: 1 },
  ],
  ['time_get_current_time', { timezone: 'UTC' }],
];

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const sum = (values: readonly Memory[]): Memory => ({
  residentMb: values.reduce((all, one) => all + one.residentMb, 0),
  proportionalMb: values.reduce((all, one) => all + one.proportionalMb, 0),
});
const shown = ({ residentMb, proportionalMb }: Memory): string =>
  `${residentMb.toFixed(0)} MB resident, ${proportionalMb.toFixed(0)} proportional`;

async function opened(): Promise<LineClient> {
  const client = new LineClient([...command, ...served], env);
  await client.initialize();
  await client.ask('tools/list');
  return client;
}

/** What stands between a client's streams and the background process's socket. */
const relay = (socket: string): string =>
  `const s=require('net').connect(${JSON.stringify(socket)});process.stdin.pipe(s);s.pipe(process.stdout)`;

/** Answers whatever comes at once: what a relay needs to its first answer is then its own start. */
async function answering(socket: string): Promise<{ close(): void }> {
  const server = createServer((connection) => {
    connection.on('error', () => undefined);
    connection.on('data', () => connection.write('{"jsonrpc":"2.0","id":1,"result":{}}\n'));
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return { close: () => void server.close() };
}

interface Background {
  readonly process: ChildProcess;
  readonly open: () => Promise<HttpSession>;
  readonly close: () => Promise<void>;
}

async function background(): Promise<Background> {
  const { child, ended, served: place } = await httpServe(home, served);
  const agent = new http.Agent({ keepAlive: true });
  return {
    process: child,
    open: async () => {
      const session = new HttpSession(place, agent);
      await session.initialize('bench');
      await session.ask('tools/list');
      return session;
    },
    close: async () => {
      agent.destroy();
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function containersMb(): Promise<number> {
  const containers = await engine.listContainers({ [label.client]: 'bench' });
  const bytes = await Promise.all(containers.map(async ({ id }) => engine.containerMemory(id)));
  return bytes.reduce((all, { now }) => all + now, 0) / 1024 ** 2;
}

async function separate(count: number): Promise<void> {
  const clients = await Promise.all(Array.from({ length: count }, opened));
  const memory = (): Memory => sum(clients.map((client) => client.memory()));
  const idle = memory();
  await Promise.all(
    clients.map(async (client) => {
      for (const [name, given] of calls) await client.call(name, given);
    }),
  );
  say(
    `${String(count)} processes  asleep ${shown(idle)}; at work ${shown(memory())}; their containers ${(await containersMb()).toFixed(0)} MB`,
  );
  await Promise.all(clients.map(async (client) => client.close()));
}

async function shared(count: number): Promise<void> {
  const socket = path.join(home, 'relay.sock');
  const end = await answering(socket);
  const front = await background();
  const relays = Array.from({ length: count }, () => new LineClient([process.execPath, '-e', relay(socket)]));
  await Promise.all(relays.map(async (one) => one.initialize()));
  const sessions = await Promise.all(Array.from({ length: count }, front.open));
  const memory = (): Memory => sum([memoryOf(front.process.pid ?? 0), ...relays.map((one) => one.memory())]);
  const idle = memory();
  await Promise.all(
    sessions.map(async (session) => {
      for (const [name, given] of calls) await session.ask('tools/call', { name, arguments: given });
    }),
  );
  say(`1 process, ${String(count)} relays  asleep ${shown(idle)}; at work ${shown(memory())}`);
  await Promise.all(relays.map(async (one) => one.close()));
  end.close();
  await front.close();
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

async function times(): Promise<void> {
  const socket = path.join(home, 'relay.sock');
  const end = await answering(socket);
  const front = await background();
  const took = { serve: [0], relay: [0], own: [0], shared: [0] };
  const [name, given] = calls[0] ?? ['', {}];
  for (let run = -1; run < runs; run += 1) {
    const own = new LineClient([...command, ...served], env);
    const serve = await timed(async () => own.initialize());
    await own.ask('tools/list');
    const ownCall = await timed(async () => own.call(name, given));
    await own.close();
    const thin = new LineClient([process.execPath, '-e', relay(socket)]);
    const thinMs = await timed(async () => thin.initialize());
    await thin.close();
    const session = await front.open();
    const sharedCall = await timed(async () => session.ask('tools/call', { name, arguments: given }));
    if (run < 0) continue; // only warms caches
    took.serve.push(serve);
    took.relay.push(thinMs);
    took.own.push(ownCall);
    took.shared.push(sharedCall);
  }
  await front.close();
  end.close();
  const ms = (of: keyof typeof took): string => `${median(took[of].slice(1)).toFixed(0)} ms`;
  say(`first answer   a serve of its own ${ms('serve')}, a relay to one that runs at least ${ms('relay')}`);
  say(`first call of a server that sleeps   of its own ${ms('own')}, in one that runs ${ms('shared')}`);
}

process.stderr.write(`recording ${String(served.length)} servers\n`);
await (await opened()).close();
for (const count of counts) await separate(count);
for (const count of counts) await shared(count);
await times();
