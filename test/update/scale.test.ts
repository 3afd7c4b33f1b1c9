import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check, factory } from './factory.ts';

const timeout = 300_000;

test(
  '120 entries are checked with four requests each, and again from what was kept',
  { timeout },
  async (t) => {
    const all = await factory(t);
    const cold = await check(all);
    assert.deepEqual(cold.states, { current: 61, newer: 59 }, cold.stderr);
    const asked = all.requests();
    const warm = await check(all);
    assert.deepEqual(warm.states, cold.states);
    assert.ok(asked <= 4 * 120, `${String(asked)} requests`);
    assert.ok(
      all.requests() - asked < asked,
      `${String(all.requests() - asked)} of ${String(asked)} requests again`,
    );
  },
);

test(
  'a registry that is down for long is given up, and the others are checked all the same',
  { timeout },
  async (t) => {
    const all = await factory(t);
    const down = Object.fromEntries(Object.keys(all.packages.npm).map((name) => [name, { status: 500 }]));
    all.serve('npm', down);
    const { code, states, stderr } = await check(all);
    assert.equal(code, 1);
    assert.deepEqual(states, { failed: 85, current: 18, newer: 17 });
    assert.match(stderr, /answers 500/);
    assert.match(stderr, /not asked, because 127\.0\.0\.1:\d+ failed 3 times in a row/);
    const spared = stderr.match(/not asked, because/g)?.length ?? 0;
    assert.ok(spared > 60, `only ${String(spared)} of 85 packages were not asked for in vain`);
  },
);

test('one package that is down does not take its registry along', { timeout }, async (t) => {
  const all = await factory(t, { npm: 8, pypi: 1, go: 1 });
  all.serve('npm', { ...all.packages.npm, server3: { status: 503 } });
  assert.deepEqual((await check(all)).states, { failed: 1, current: 6, newer: 3 });
});
