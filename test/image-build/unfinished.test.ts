import assert from 'node:assert/strict';
import { test } from 'node:test';
import { removeUnfinished, unfinishedImages } from '../../src/image-build/unfinished.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import { label } from '../../src/lib/labels.ts';
import { FakeEngine } from '../rig/fake-engine.ts';

const labels = { [label.base]: 'node-build' };
const created = '2026-01-01T00:00:00Z';
const after = (minutes: number): number => Date.parse(created) + minutes * 60_000;

test('only images without a name, of our bases, that no build can need any more are left-overs', async () => {
  const engine = new FakeEngine();
  const left = engine.addImage({ labels, created });
  engine.addImage({ labels, created, tags: ['mcpcat/notes:local'] });
  engine.addImage({ labels: { other: '1' }, created });
  const ids = async (now: number): Promise<string[]> =>
    (await unfinishedImages(engine, now)).map(({ id }) => id);
  assert.deepEqual(await ids(after(59)), []);
  assert.deepEqual(await ids(after(61)), [left]);
});

test('one that a container runs on stays, and the others go', async () => {
  const engine = new FakeEngine();
  for (const command of ['one', 'two']) engine.addImage({ labels, created, command: [command] });
  const found = await unfinishedImages(engine, after(61));
  engine.hold('removeImage');
  const removed = removeUnfinished(engine, found);
  (await engine.next('removeImage')).fail(new McpcatError('engine-failed', 'image is being used'));
  await (await engine.next('removeImage')).release();
  assert.deepEqual(await removed, [found[1]]);
  engine.letPass('removeImage');
  assert.deepEqual(await unfinishedImages(engine, after(61)), [found[0]]);
});
