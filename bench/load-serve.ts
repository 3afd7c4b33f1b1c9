/**
 * `npm run load:serve [-- --sessions N] [--servers N] [--calls N] [--seconds N] [--opened N]
 * [--containers N]`: one `serve --http` with
 * many servers, sessions and concurrent calls for a while, then many sessions that are opened and left. Prints calls,
 * errors and memory; ends with 1 if an error is ours, a session more than the bound is kept, or a container is left.
 *
 * Each session uses as many servers as keep all containers within the hundred that one process has at work (or
 * `--containers`). They are started before anything is measured: how long that takes is the engine's.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ToolDefinition } from '../src/surface/surface.ts';
import { eventually, testEngine } from '../test/rig/engine.ts';
import { harmlessTool, startable } from '../test/rig/startable.ts';
import { httpServe } from './http-serve.ts';
import { HttpSession, type Answer } from './http-sessions.ts';
import { newContainers } from './new-containers.ts';
import { quantile } from './quantile.ts';

const option = (name: string, usual: number): number => {
  const at = process.argv.indexOf(`--${name}`);
  return at === -1 ? usual : Number(process.argv[at + 1]);
};
const wanted = {
  sessions: option('sessions', 50),
  servers: option('servers', 20),
  calls: option('calls', 1000),
  seconds: option('seconds', 60),
  opened: option('opened', 10_000),
  containers: option('containers', 100),
};
/** As `httpLimits.maxClients`. */
const maxSessions = 1000;
const client = `load-${String(process.pid)}`;
const engine = await testEngine();
const home = mkdtempSync(path.join(tmpdir(), 'mcpcat-load-serve-'));
process.on('exit', () => rmSync(home, { recursive: true, force: true }));
const agent = new http.Agent({ keepAlive: true, maxSockets: 2000 });
const print = (line: string): void => void process.stdout.write(`${line}\n`);
let failed = false;
let calls = 0;
const hold = (holds: boolean, line: string): void => {
  print(`${holds ? 'ok    ' : 'FAILED'} ${line}`);
  failed ||= !holds;
};

const servers = await startable(engine, wanted.servers);
const { child, ended, served } = await httpServe(home, servers);

const memoryMb = (): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${String(child.pid)}/status`, 'utf8'))?.[1]) / 1024;
let mostMb = 0;
const sampler = setInterval(() => (mostMb = Math.max(mostMb, memoryMb())), 500);
const running = await newContainers(engine);

/** For each server a tool, called without arguments whatever it says to that. */
function toolsIn({ message }: Answer): readonly string[] {
  const tools =
    (message?.['result'] as { readonly tools?: readonly ToolDefinition[] } | undefined)?.tools ?? [];
  return servers.flatMap((server) => {
    const own = tools.filter(({ name }) => name.startsWith(`${server.replaceAll('-', '_')}_`));
    return harmlessTool(own)?.name ?? [];
  });
}

/** What a server itself says to the call, where that is an error: the same each time, and no fault of `serve`. */
const ofServers = new Set<string>();
const errorOf = ({ status, message }: Answer): string =>
  `${String(status)} ${JSON.stringify(message?.['error'])}`.slice(0, 200);

async function load(): Promise<void> {
  const sessions = await Promise.all(
    Array.from({ length: wanted.sessions }, async () => {
      const session = new HttpSession(served, agent);
      await session.initialize(client);
      return session;
    }),
  );
  const [first] = sessions;
  if (first === undefined) return;
  // What servers offer with these settings is recorded by now: nothing of that is measured.
  const tools = toolsIn(await first.ask('tools/list'));
  print(
    `${String(servers.length)} servers, ${String(tools.length)} tools, ${memoryMb().toFixed(0)} MB with nothing running`,
  );
  const each = Math.max(1, Math.floor(wanted.containers / sessions.length));
  /** Of the servers that are this session's. */
  const toolOf = (session: number, turn: number): string =>
    tools[(session * each + (turn % each)) % tools.length] ?? '';
  const call = async (session: number, turn: number): Promise<Answer> =>
    (sessions[session] ?? first).ask('tools/call', { name: toolOf(session, turn), arguments: {} });
  const from = performance.now();
  for (let turn = 0; turn < each; turn += 1) {
    // Once more, where the machine was too busy to start them in time.
    const answers = await Promise.all(
      sessions.map(async (_, session) => {
        const answer = await call(session, turn);
        return answer.message?.['error'] === undefined ? answer : call(session, turn);
      }),
    );
    const failing = answers.filter(({ message }) => message?.['error'] !== undefined);
    const own = failing.filter(({ message }) => Reflect.get(Object(message?.['error']), 'code') === -32_602);
    for (const answer of own) ofServers.add(errorOf(answer));
    if (failing.length > own.length) print(`${String(failing.length - own.length)} servers did not start`);
  }
  print(`${String(await running())} containers after ${((performance.now() - from) / 1000).toFixed(0)} s`);
  const took: number[] = [];
  const errors = new Map<string, number>();
  const until = performance.now() + wanted.seconds * 1000;
  const worker = async (number: number): Promise<void> => {
    const session = number % sessions.length;
    const offset = Math.floor(number / sessions.length);
    for (let turn = offset; performance.now() < until; turn += 1) {
      const begun = performance.now();
      const answer = await call(session, turn);
      took.push(performance.now() - begun);
      const text = errorOf(answer);
      if (answer.message?.['result'] !== undefined || ofServers.has(text)) continue;
      errors.set(text, (errors.get(text) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: wanted.calls }, async (_, number) => worker(number)));
  const ms = (share: number): string => `${String(Math.round(quantile(took, share)))} ms`;
  calls = took.length;
  print(
    `${String(took.length)} calls, ${String(wanted.calls)} at a time, by ${String(sessions.length)} sessions, with ${String(await running())} containers: median ${ms(0.5)}, p99 ${ms(0.99)}`,
  );
  print(`${mostMb.toFixed(0)} MB at most in serve, ${memoryMb().toFixed(0)} MB afterwards`);
  for (const [text, count] of errors) print(`       ${String(count)} × ${text}`);
  hold(errors.size === 0 && calls > 0, 'no call was answered with an error of ours');
}

/** `998 × 200, 2 × 503` */
function counted(statuses: readonly number[]): string {
  const groups = Map.groupBy(statuses, (status) => status);
  return [...groups].map(([status, all]) => `${String(all.length)} × ${String(status)}`).join(', ');
}

async function openAndLeave(): Promise<void> {
  const statuses: number[] = [];
  const opened: HttpSession[] = [];
  const from = performance.now();
  const opener = async (): Promise<void> => {
    while (opened.length < wanted.opened) {
      const session = new HttpSession(served, agent);
      opened.push(session);
      const { status } = await session.initialize(client);
      statuses.push(status);
    }
  };
  await Promise.all(Array.from({ length: 50 }, opener));
  print(
    `${String(opened.length)} sessions opened and left in ${((performance.now() - from) / 1000).toFixed(0)} s: ${counted(statuses)}; ${memoryMb().toFixed(0)} MB`,
  );
  const alive = await Promise.all(
    opened.map(async (session, index) =>
      // Asking makes a session the youngest: only a sample, from the oldest to the youngest.
      index % 100 === 0 ? (await session.ask('ping')).status : undefined,
    ),
  );
  const kept = alive.filter((status) => status === 200).length * 100;
  hold(
    kept <= maxSessions + 100,
    `at most ${String(maxSessions)} of them are kept (${String(kept)} by a sample)`,
  );
  const listening = new http.Agent({ keepAlive: true, maxSockets: 2000 });
  const busy = Array.from({ length: maxSessions }, () => new HttpSession(served, listening));
  const heard = await Promise.all(
    busy.map(async (session) => {
      const { status } = await session.initialize(client);
      return status === 200 ? session.listen() : status;
    }),
  );
  hold(
    heard.every((status) => status === 200),
    `${String(heard.length)} sessions listen at once: ${counted(heard)}`,
  );
  const { status, retryAfter, message } = await new HttpSession(served, agent).initialize(client);
  hold(
    status === 503 && retryAfter !== undefined,
    `one more is answered ${String(status)}, Retry-After ${String(retryAfter)}: ${JSON.stringify(message?.['error'])}`,
  );
  listening.destroy();
}

await load();
await openAndLeave();
clearInterval(sampler);
print(`${mostMb.toFixed(0)} MB at most in all`);
child.kill('SIGTERM');
hold((await ended) === 0, 'a signal ends it');
const left = await eventually(running, (count) => count === 0, { withinMs: 30_000 }).catch(running);
hold(left === 0, `${String(left)} containers are left`);
agent.destroy();
print(
  `load:serve: ${failed ? 'FAILED' : 'ok'}, ${String(calls)} calls of ${String(wanted.sessions)} sessions to ${String(servers.length)} servers, ${String(wanted.opened)} sessions opened and left, ${mostMb.toFixed(0)} MB at most`,
);
process.exit(failed ? 1 : 0);
