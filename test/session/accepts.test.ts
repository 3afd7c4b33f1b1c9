import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Labels } from '../../src/engine/engine.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import { engineWith, fakeImage, runningOn, sessionOn } from '../rig/session.ts';

test('an image that is not the one that is meant is never started, by what it says itself', async () => {
  const engine = engineWith();
  engine.addImage({ tags: [fakeImage], labels: { of: 'another' } });
  const seen: Labels[] = [];
  const session = sessionOn(engine, {
    accepts: (labels) => {
      seen.push(labels);
      return Promise.reject(new McpcatError('image-unverified', 'of another'));
    },
  });
  const end = await session.ended;
  assert.ok(end.kind === 'failed' && end.error instanceof McpcatError);
  assert.equal(end.error.code, 'image-unverified');
  assert.equal(seen[0]?.['of'], 'another');
  assert.deepEqual(await session.close(), { left: undefined });
  assert.equal(engine.containers.size, 0);
  assert.ok(!engine.calls.some(({ method }) => method === 'startContainer'));
});

test('one that is meant is started', async () => {
  const engine = engineWith();
  const session = sessionOn(engine, { accepts: () => Promise.resolve() });
  await runningOn(session);
  await session.close();
  assert.ok(engine.calls.some(({ method }) => method === 'startContainer'));
});
