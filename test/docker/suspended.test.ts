/** A laptop that is closed: what stands still together goes on together; a far engine does not wait for ever. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { createConnection, createServer, type AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import { before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from '../../src/engine/engine.ts';
import { label } from '../../src/lib/labels.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { eventually, noneLeft, testEngine } from '../rig/engine.ts';
import { fixtureCatalog, type FixtureCatalog } from '../rig/fixture-catalog.ts';
import { start, type Started } from '../rig/started.ts';

const timeout = 240_000;
const prefix = 'suspended';
/** Milliseconds: longer than any timeout of mcpcat-init (src/init/lease-holders.c), and than a heartbeat may fail to come. */
const night = 45_000;
const line = (id: number, method: string, params: unknown): string =>
  `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`;
const hello = line(1, 'initialize', {
  protocolVersion: '2025-06-18',
  capabilities: {},
  clientInfo: { name: 't', version: '1' },
});
let engine: Engine;
const opened = closedAfterwards();
let servers: FixtureCatalog;

before(
  async () => {
    engine = await testEngine();
    servers = opened.use(await fixtureCatalog(engine, { none: '' }, prefix));
  },
  { timeout },
);

/** A launch that has answered `initialize`, and holds its lease. */
async function serve(
  session: string,
  ...options: readonly string[]
): Promise<Started & { readonly id: string }> {
  const words = ['run', `${prefix}-none`, '--catalog', servers.folder, ...options];
  const started = start(words, { env: { CLAUDE_CODE_SESSION_ID: session } });
  started.process.stdin.write(hello);
  await started.said('"id":1');
  const [container] = await engine.listContainers({ [label.session]: session });
  assert.ok(container);
  await eventually(
    () => engine.containerProcesses(container.id),
    (all) => all.some((one) => one.includes('mcpcat-init lease')),
  );
  await sleep(2000);
  return { ...started, id: container.id };
}

/** The engine's freezer (Engine API, ContainerPause), which our own port has no use for. */
async function freezer(id: string, action: 'pause' | 'unpause'): Promise<void> {
  const asked = request({
    socketPath: engine.endpoint.replace(/^unix:\/\//, ''),
    method: 'POST',
    path: `/containers/${id}/${action}`,
  }).end();
  const [answer] = (await once(asked, 'response')) as [{ statusCode: number; resume(): void }];
  answer.resume();
  assert.equal(answer.statusCode, 204);
}

/** The engine over TCP on loopback, as if it were another machine. */
async function farEngine(): Promise<AsyncDisposable & { readonly address: string }> {
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const near = createConnection({
      path: engine.endpoint.replace(/^unix:\/\//, ''),
      allowHalfOpen: true,
    });
    pipeline(client, near, () => undefined);
    pipeline(near, client, () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `tcp://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    [Symbol.asyncDispose]: async () => void (await new Promise((resolve) => server.close(resolve))),
  };
}

describe('suspended', { concurrency: true }, () => {
  for (const first of ['launcher', 'container'] as const)
    test(`a machine that wakes up ${first} first goes on where it was`, { timeout }, async () => {
      const started = await serve(`night-${first}`);
      const { process: launcher, ended, id } = started;
      launcher.kill('SIGSTOP');
      await freezer(id, 'pause');
      launcher.stdin.write(line(2, 'tools/call', { name: 'echo', arguments: { text: 'asked at night' } }));
      await sleep(night);
      if (first === 'launcher') launcher.kill('SIGCONT');
      else await freezer(id, 'unpause');
      await sleep(3000);
      if (first === 'launcher') await freezer(id, 'unpause');
      else launcher.kill('SIGCONT');
      await started.said('"id":2');
      // It still looks after its lease a while later.
      await sleep(5000);
      launcher.stdin.write(line(3, 'tools/list', {}));
      await started.said('"id":3');
      launcher.stdin.end();
      assert.equal((await ended).code, 0);
      await noneLeft(engine, { [label.session]: `night-${first}` });
    });

  test(
    'on a far engine the server of a suspended launcher ends, and the launcher says so when it wakes',
    { timeout },
    async () => {
      await using far = await farEngine();
      const { process: launcher, ended } = await serve('night-far', '--engine', far.address);
      launcher.kill('SIGSTOP');
      await eventually(
        () => engine.listContainers({ [label.session]: 'night-far' }),
        (found) => found.every(({ state }) => state !== 'running'),
        { withinMs: 2 * night },
      );
      launcher.kill('SIGCONT');
      const { code, stderr } = await ended;
      assert.notEqual(code, 0);
      assert.match(stderr, /the launcher is gone|lease|ended/);
      await noneLeft(engine, { [label.session]: 'night-far' });
    },
  );
});
