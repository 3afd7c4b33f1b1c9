/**
 * `npm run bench:tunnel [-- --runs N]`: what the tunnel costs. The first HTTPS request from a container against the same
 * from the host, bulk from loopback, 200 streams at once, the relay's memory, and whether a network permission delays
 * initialize. All traffic goes to servers of this process on loopback.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectEngine } from '../src/engine/connect.ts';
import { hello } from '../test/rig/hello.ts';
import {
  certificate,
  here,
  httpsServer,
  tcpServer,
  travel,
  travellers,
  type Observed,
} from '../test/rig/tunnel.ts';
import { median } from './quantile.ts';

const runs = Number(process.argv[process.argv.indexOf('--runs') + 1]) || 10;
const bulkBytes = 512 << 20;
const client = path.resolve(import.meta.dirname, '../test/fixtures/tunnel/client.cjs');

const tls = certificate();
const engine = await connectEngine({ env: process.env });
const web = await httpsServer(tls);
const block = Buffer.alloc(1 << 20, 'x');
const source = await tcpServer((socket) => {
  let left = bulkBytes;
  const pump = (): void => {
    while (left > 0) {
      left -= block.length;
      if (!socket.write(block)) return void socket.once('drain', pump);
    }
    socket.end();
  };
  pump();
});
const world = await travellers(engine, ['node'], tls);
const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-bench-'));
writeFileSync(path.join(folder, 'ca.pem'), tls.cert);
const allow = (port: number): string[] => ['--allow', `${here}:${String(port)}`];
const visitor = (...more: readonly string[]): ReturnType<typeof travel> =>
  travel([world.nameOf('node'), '--catalog', world.folder, ...more]);

function say(what: string, found: string, target: string, met: boolean): void {
  process.stdout.write(`${what.padEnd(34)} ${found.padStart(24)}   ${target} ${met ? '' : '← missed'}\n`);
}

/** The same client in a process of this machine. */
async function onHost(request: object): Promise<Observed> {
  const child = spawn(process.execPath, ['--use-openssl-ca', client], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, SSL_CERT_FILE: path.join(folder, 'ca.pem') },
  });
  await sleep(300); // it has started, as a server has before its first tool call
  child.stdin.write(`${JSON.stringify({ id: 1, ...request })}\n`);
  const line = await firstLine(child);
  child.stdin.end();
  return JSON.parse(line) as Observed;
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).once('line', resolve);
    const gone = (): void => reject(new Error(`ended with ${String(child.exitCode)} before it answered`));
    if (child.exitCode !== null) gone();
    child.once('exit', gone);
    setTimeout(() => reject(new Error('no answer within 30 s')), 30_000).unref();
  });
}

async function firstRequest(): Promise<void> {
  const [host, settled, atOnce]: [number[], number[], number[]] = [[], [], []];
  for (let run = 0; run < runs; run++) {
    host.push((await onHost({ way: 'https', url: `https://localhost:${String(web.port)}/` })).ms);
    for (const [times, pause] of [
      [settled, 1000],
      [atOnce, 0],
    ] as const) {
      await using traveller = visitor(...allow(web.port));
      await sleep(pause);
      const told = await traveller.ask('https', { url: `https://${here}:${String(web.port)}/` });
      if (told.error !== undefined) throw new Error(told.error);
      times.push(told.ms);
    }
  }
  const target = 1.3 * median(host) + 20;
  say('first HTTPS request, host', `${median(host).toFixed(1)} ms`, '', true);
  say(
    'first HTTPS request, container',
    `${median(settled).toFixed(1)} ms`,
    `at most ${target.toFixed(1)} ms (1.3 × host + 20)`,
    median(settled) <= target,
  );
  say('  the same in its first moment', `${median(atOnce).toFixed(1)} ms`, 'waits for the tunnel', true);
}

async function bulk(): Promise<void> {
  await using traveller = visitor(...allow(source.port));
  await sleep(1000);
  const rates: number[] = [];
  for (let run = 0; run < 3; run++) {
    const { size = 0, ms } = await traveller.ask('drain', { host: here, port: source.port });
    rates.push(size / 1e6 / (ms / 1000));
  }
  const rate = median(rates);
  say('bulk from loopback', `${rate.toFixed(0)} MB/s`, 'at least 80 MB/s', rate >= 80);
}

/** Peak of the relay's resident memory; undefined where its process is not one of this machine. */
function relayPeak(): number | undefined {
  const peaks = readdirSync('/proc').flatMap((pid) => {
    try {
      if (!/^\d+$/.test(pid)) return [];
      if (!readFileSync(`/proc/${pid}/cmdline`, 'latin1').startsWith('/mcpcat-init\0relay\0')) return [];
      const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
      return peak === undefined ? [] : [Number(peak) / 1024];
    } catch {
      return []; // it ended meanwhile
    }
  });
  return peaks.length === 0 ? undefined : Math.max(...peaks);
}

async function manyStreams(): Promise<void> {
  await using traveller = visitor(...allow(web.port), '--memory', '1g');
  await sleep(1000);
  const url = `https://${here}:${String(web.port)}/200000`;
  const told = await traveller.ask('many', { url, count: 200 });
  const done = told.error === undefined && told.count === 200;
  say('200 HTTPS streams at once', `${told.ms.toFixed(0)} ms, ${told.error ?? 'all done'}`, 'all done', done);
  const peak = relayPeak();
  say(
    'relay, peak of resident memory',
    peak === undefined ? 'not seen' : `${peak.toFixed(2)} MB`,
    'at most 2 MB',
    peak !== undefined && peak <= 2,
  );
}

async function initialize(...more: readonly string[]): Promise<number> {
  const started = performance.now();
  const child = spawn(process.execPath, ['bin/mcpcat.js', 'run', 'everything', ...more], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.write(hello);
  await firstLine(child);
  const ms = performance.now() - started;
  child.stdin.end();
  await new Promise((resolve) => child.once('close', resolve));
  return ms;
}

async function start(): Promise<void> {
  const [without, having]: [number[], number[]] = [[], []];
  for (let run = -1; run < runs; run++) {
    const pair = [await initialize(), await initialize(...allow(web.port))] as const;
    if (run < 0) continue; // the first only warms caches
    without.push(pair[0]);
    having.push(pair[1]);
  }
  say('initialize without network', `${median(without).toFixed(0)} ms`, '', true);
  const ratio = median(having) / median(without);
  say(
    'initialize with a permitted host',
    `${median(having).toFixed(0)} ms (${ratio.toFixed(2)} ×)`,
    'unchanged: at most 1.05 ×',
    ratio <= 1.05,
  );
}

try {
  await firstRequest();
  await bulk();
  await manyStreams();
  await start();
} finally {
  await world[Symbol.asyncDispose]();
  await web[Symbol.asyncDispose]();
  await source[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
}
