import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BindMount, Engine } from '../../src/engine/engine.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import { heartbeatOf } from '../../src/session/lease.ts';
import type { FakeEngine } from '../rig/fake-engine.ts';
import { engineWith, plainSandbox, sessionOn } from '../rig/session.ts';

/** The same engine, found elsewhere. */
function at(engine: FakeEngine, endpoint: string): FakeEngine {
  return Object.defineProperty(engine, 'endpoint', { value: endpoint });
}

const folder: BindMount = { kind: 'bind', source: '/home/ada/notes', target: '/notes', readOnly: true };
const state: BindMount = { kind: 'volume', source: 'mcpcat-notes-state', target: '/state', readOnly: false };

test('a folder of this machine is refused to an engine on another one, before there is a container', async () => {
  for (const endpoint of ['ssh://me@far', 'tcp://10.0.0.1:2376']) {
    const engine = at(engineWith(), endpoint);
    const session = sessionOn(engine, { sandbox: { ...plainSandbox, mounts: [folder] } });
    const end = await session.ended;
    assert.ok(end.kind === 'failed' && end.error instanceof McpcatError);
    assert.equal(end.error.code, 'engine-unfit');
    assert.match(
      end.error.message,
      /on another machine, which has no \/home\/ada\/notes of this one for \/notes$/,
    );
    assert.deepEqual(engine.calls, []);
  }
});

test('what the engine keeps itself may be anywhere, and a folder may be on an engine here', async () => {
  for (const [endpoint, mount] of [
    ['ssh://me@far', state],
    ['unix:///run/docker.sock', folder],
  ] as const) {
    const session = sessionOn(at(engineWith(), endpoint), { sandbox: { ...plainSandbox, mounts: [mount] } });
    const channel = await session.opened;
    assert.ok(channel, endpoint);
    await session.close();
  }
});

test('an engine that is not on a socket of this machine is told of a launcher that vanishes by silence', () => {
  const beats = (endpoint: Engine['endpoint']): boolean => heartbeatOf({ endpoint }) !== undefined;
  assert.deepEqual(['ssh://me@far', 'tcp://10.0.0.1:2376', 'unix:///run/docker.sock'].map(beats), [
    true,
    true,
    false,
  ]);
});
