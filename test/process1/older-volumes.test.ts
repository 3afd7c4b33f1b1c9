import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { VolumeFacts } from '../../src/engine/engine.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import { label } from '../../src/lib/labels.ts';
import { initBinary } from '../../src/process1/binary.ts';
import { olderVolumes, removeVolumes } from '../../src/process1/older-volumes.ts';
import { volumeMount } from '../../src/process1/process1.ts';
import { volumeOf } from '../../src/process1/volume.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { closed } from '../rig/closed.ts';
import type { FakeEngine } from '../rig/fake-engine.ts';
import { engineWith, fakeImage } from '../rig/session.ts';
import { cacheWithProcess1 } from './cache.ts';

const now = Date.parse('2026-11-27T12:00:00Z');
const old = 'mcpcat_init_amd64_'.padEnd(50, '0');

function put(engine: FakeEngine, name: string, more: Partial<VolumeFacts> = {}): void {
  const created = '2026-11-27T10:00:00Z';
  const labels = { [label.role]: 'process-1' };
  engine.volumes.set(name, { name, labels, created, bytes: 0, containers: [], ...more });
}

test('volumes with another process 1 are an earlier version’s, and no others', async (t) => {
  const [engine, cache] = [engineWith(), await cacheWithProcess1(t)];
  const request = { engine, cache, labels: {} };
  put(engine, old);
  put(engine, volumeOf(await initBinary(request)));
  put(engine, `${old.slice(0, -1)}1`, { created: '2026-11-27T11:59:00Z' });
  put(engine, `${old.slice(0, -1)}2`, { labels: {} });
  put(engine, 'mcpcat-memory-graph');
  const used = `${old.slice(0, -1)}3`;
  await engine.createContainer({ ...closed(fakeImage), mounts: [volumeMount(used, '/p')] });
  put(engine, used);
  const found = await olderVolumes(request, now);
  assert.deepEqual(
    found.map(({ name }) => name),
    [old],
  );
  assert.deepEqual(await removeVolumes(engine, found), found);
  assert.ok(!engine.volumes.has(old) && engine.volumes.has(used));
});

test('where it can’t be told which is ours, all stay; one that is taken meanwhile stays too', async (t) => {
  const engine = engineWith();
  put(engine, old);
  const info = engine.info.bind(engine);
  engine.info = () => Promise.reject(new McpcatError('engine-failed', 'not now'));
  assert.deepEqual(await olderVolumes({ engine, cache: temporaryFolder(t), labels: {} }, now), []);
  engine.info = info;
  const found = await olderVolumes({ engine, cache: await cacheWithProcess1(t), labels: {} }, now);
  assert.equal(found.length, 1);
  await engine.createContainer({ ...closed(fakeImage), mounts: [volumeMount(old, '/p')] });
  assert.deepEqual(await removeVolumes(engine, found), []);
});
