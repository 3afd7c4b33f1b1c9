import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { frameOf } from '../../src/egress/frames.ts';
import type { PermittedRule } from '../../src/egress/rules.ts';
import { holdSideChannel, type SideChannel } from '../../src/session/side-channel.ts';
import type { FakeExec } from '../rig/fake-engine/fake-exec.ts';
import type { FakeEngine } from '../rig/fake-engine.ts';
import { engineWith, ignoresEverything, plainContainer, turns } from '../rig/session.ts';

const network: readonly PermittedRule[] = [
  { kind: 'exact', name: 'api.example.com', ports: [443], private: 'refused' },
];

/** A relay that listens until its launcher is gone; a lease besides. */
function relay(exec: FakeExec): void {
  exec.stdin.resume().once('end', () => exec.exit(0));
  if (exec.command.includes('relay')) exec.stdout.write(frameOf('ready', 0));
}

interface Held {
  readonly channel: SideChannel;
  readonly said: string[];
  readonly engine: FakeEngine;
  ending: boolean;
}

async function held(
  more: { readonly http?: { readonly port: number; readonly path: string } } = {},
): Promise<Held> {
  const engine = engineWith(ignoresEverything);
  const id = await plainContainer(engine);
  engine.onExec = relay;
  const said: string[] = [];
  const it = { said, engine, ending: false };
  const channel = holdSideChannel({
    engine,
    id,
    init: '/mcpcat-init',
    sandbox: { network, ...more },
    dial: () => Promise.resolve(() => Promise.reject(new Error('nobody dials'))),
    moment: Promise.resolve(),
    isEnding: () => it.ending,
    onLost: (message) => said.push(`lost: ${message}`),
    onAttempt: () => undefined,
    onTunnelClosed: (message) => said.push(`closed: ${message}`),
    tunnelMs: 10_000,
  });
  await channel.tunnel;
  return Object.assign(it, { channel });
}

/** The relay ends; then the time passes in which a server's end would be told. */
async function relayEnds(it: Held): Promise<void> {
  mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  try {
    it.engine.only.execs[0]?.exit(0);
    await turns(5);
    mock.timers.tick(1000);
    await turns(10);
  } finally {
    mock.timers.reset();
  }
}

test('a tunnel that ends while the server goes on is said, and a lease takes its place', async () => {
  const it = await held();
  await relayEnds(it);
  assert.deepEqual(it.said, ['closed: the relay ended']);
  assert.deepEqual(
    it.engine.only.execs.map(({ command }) => command[1]),
    ['relay', 'lease'],
  );
  it.channel.release();
});

test('a tunnel that ends with a server whose end was asked for is no news', async () => {
  const it = await held();
  it.ending = true;
  await relayEnds(it);
  assert.deepEqual([it.said, it.engine.only.execs.length], [[], 1]);
  it.channel.release();
});

test('a tunnel that ends with a server of whose end a busy engine has not told yet is no news', async () => {
  const it = await held();
  it.engine.only.state = 'exited';
  await relayEnds(it);
  assert.deepEqual([it.said, it.engine.only.execs.length], [[], 1]);
  it.channel.release();
});

test('an engine that can’t say whether the server runs is not spoken for', async () => {
  const it = await held();
  it.engine.hold('inspectContainer');
  const asked = it.engine.next('inspectContainer').then((call) => call.fail());
  await relayEnds(it);
  await asked;
  await turns(3);
  assert.deepEqual(it.said, []);
  it.channel.release();
});

test('a server that speaks HTTP is lost with its tunnel', async () => {
  const it = await held({ http: { port: 8000, path: '/mcp' } });
  await relayEnds(it);
  assert.equal(it.said.length, 1);
  assert.match(it.said[0] ?? '', /^lost: .*the relay ended$/);
  it.channel.release();
});

test('a relay that breaks the protocol loses the tunnel, and still holds the lease', async () => {
  const it = await held();
  it.engine.only.execs[0]?.stdout.write(frameOf('ready', 0));
  await turns(5);
  assert.match(it.said.join(), /^closed: the relay broke the protocol: READY twice$/);
  assert.equal(it.engine.only.execs.length, 1);
  it.channel.release();
});

test('what is let go closes the tunnel, and the relay with it', async () => {
  const it = await held();
  it.channel.release();
  await turns(5);
  assert.equal(it.engine.only.execs[0]?.stdin.readableEnded, true);
  assert.deepEqual(it.said, []);
});
