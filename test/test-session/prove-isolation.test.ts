import assert from 'node:assert/strict';
import { test } from 'node:test';
import { proveIsolation } from '../../src/test-session/prove-isolation.ts';
import type { FakeContainer } from '../rig/fake-engine/fake-container.ts';
import type { FakeEngine } from '../rig/fake-engine.ts';
import { engineWith, fakeImage, plainSandbox } from '../rig/session.ts';

const own = 'Linux version 4.4.0 #1 SMP';
const machine = 'Linux version 6.18.44 (gcc) #1 SMP';
const info = { kernel: '6.18.44' };
const hex = (text: string): string => Buffer.from(text).toString('hex');

/** An engine whose containers say this of their kernel, of a route and of the root. */
function saying(kernel: string, route = 'no', write = 'no'): FakeEngine {
  return engineWith((container: FakeContainer) => {
    container.stdout.write(`0 ok ${hex(kernel)}\n1 ${route} ${hex('x')}\n2 ${write} ${hex('x')}\n`);
    container.exit(0);
  });
}

async function proveOn(engine: FakeEngine, name = 'gvisor', image = fakeImage): Promise<void> {
  const isolation = { name, runtime: 'runsc' };
  await proveIsolation({ engine, image, sandbox: plainSandbox, isolation, info, labels: {} });
  assert.equal(engine.containers.size, 0);
}

test('a runtime with a kernel of its own, no way out and a closed root is taken', async () => {
  await proveOn(saying(own));
});

test('one that is only called so has the machine’s kernel, and is refused', async () => {
  for (const name of ['gvisor', 'kata'])
    await assert.rejects(proveOn(saying(machine), name), {
      code: 'engine-unfit',
      message: /kernel of the engine's machine \(6\.18\.44\)/,
    });
  // Of a name of the engine's own nobody knows whether it should have one.
  await proveOn(saying(machine), 'youki');
});

test('one that leaves a way out or an open root is refused', async () => {
  await assert.rejects(proveOn(saying(own, 'ok')), {
    code: 'engine-unfit',
    message: /a way to other networks/,
  });
  await assert.rejects(proveOn(saying(own, 'no', 'ok')), {
    code: 'engine-unfit',
    message: /a root that can be written/,
  });
});

test('one that starts nothing or says nothing is refused, and nothing of ours is left', async () => {
  const silent = engineWith((container) => container.exit(2));
  await assert.rejects(proveOn(silent), { code: 'engine-unfit', message: /did not tell its kernel/ });
  assert.equal(silent.containers.size, 0);
  await assert.rejects(proveOn(saying(own), 'gvisor', 'mcpcat/nobody:local'), { code: 'image-missing' });
});
