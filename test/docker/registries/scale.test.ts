/** How long a whole catalog's check takes: needs no registry, but a machine that does nothing else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check, factory } from '../../update/factory.ts';

const timeout = 300_000;

test('120 entries are checked in under a minute cold and in under 10 s warm', { timeout }, async (t) => {
  const all = await factory(t);
  const cold = await check(all);
  const warm = await check(all);
  t.diagnostic(`cold ${cold.seconds.toFixed(1)} s, warm ${warm.seconds.toFixed(1)} s`);
  assert.deepEqual(warm.states, cold.states);
  assert.ok(cold.seconds < 60, `cold ${String(cold.seconds)} s`);
  assert.ok(warm.seconds < 10, `warm ${String(warm.seconds)} s`);
});

test('a registry that is down for long is given up in seconds', { timeout }, async (t) => {
  const all = await factory(t);
  const down = Object.fromEntries(Object.keys(all.packages.npm).map((name) => [name, { status: 500 }]));
  all.serve('npm', down);
  const { states, seconds } = await check(all);
  assert.equal(states['failed'], 85);
  assert.ok(seconds < 60, `${String(seconds)} s`);
});
