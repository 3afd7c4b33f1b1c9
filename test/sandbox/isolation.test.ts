import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isolationOn } from '../../src/sandbox/isolation.ts';
import { differencesOf } from '../../src/sandbox/differences.ts';
import { settingsOf } from '../../src/sandbox/settings.ts';
import { recordedOf } from '../rig/fake-engine/recorded.ts';
import { plainSandbox } from '../rig/session.ts';

const image = { entrypoint: ['/mcpcat-init'], command: [], env: [] };
const start = { image: 'mcpcat/notes:local', labels: {}, autoRemove: true };

test('a kind of isolation is the first of its runtimes that the engine has, and any other name is a runtime’s own', () => {
  const runtimes = ['kata-qemu', 'runc', 'runsc', 'youki'];
  assert.deepEqual(isolationOn('gvisor', { runtimes }), { name: 'gvisor', runtime: 'runsc' });
  assert.deepEqual(isolationOn('kata', { runtimes }), { name: 'kata', runtime: 'kata-qemu' });
  assert.deepEqual(isolationOn('youki', { runtimes }), { name: 'youki', runtime: 'youki' });
});

test('an engine without it is refused, never weakened', () => {
  for (const name of ['gvisor', 'kata', 'own', 'toString'])
    assert.throws(() => isolationOn(name, { runtimes: ['runc'] }), {
      code: 'engine-unfit',
      message: /found runc$/,
    });
  assert.throws(() => isolationOn('gvisor', { runtimes: [] }), { message: /found none$/ });
});

test('gVisor has room for its own threads, and the container is read back with that very runtime', () => {
  const isolation = { name: 'gvisor', runtime: 'runsc' };
  const asked = settingsOf({ ...plainSandbox, isolation }, start);
  assert.deepEqual([asked.runtime, asked.pids], ['runsc', plainSandbox.pids + 256]);
  const found = { ...recordedOf(asked, image), runtime: 'runsc' };
  assert.deepEqual(differencesOf(asked, found), []);
  const [difference, ...more] = differencesOf(asked, { ...found, runtime: 'runc' });
  assert.deepEqual([difference, more], [{ field: 'runtime', expected: 'runsc', found: 'runc' }, []]);
  const plain = settingsOf(plainSandbox, start);
  assert.deepEqual([plain.runtime, plain.pids], [undefined, plainSandbox.pids]);
});
