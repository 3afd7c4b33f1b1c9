import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pool } from '../../src/lib/pool.ts';

const numbers = Array.from({ length: 20 }, (_, index) => index);

test('results come in the order of the items, whoever is ready first', async () => {
  const results = await pool(numbers, 5, async (number) => {
    // The later the item, the fewer turns of the loop it takes.
    for (let turn = number; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    return number * 2;
  });
  assert.deepEqual(
    results,
    numbers.map((number) => number * 2),
  );
});

test('never more than the width run at once, and that many do', async () => {
  let now = 0;
  let max = 0;
  await pool(numbers, 3, async () => {
    max = Math.max(max, ++now);
    await new Promise((resolve) => setImmediate(resolve));
    now -= 1;
  });
  assert.equal(max, 3);
});

test('no items are no work', async () => {
  assert.deepEqual(await pool([], 4, () => Promise.reject(new Error('never'))), []);
});

test('after a failure nothing new begins, and what had begun has ended', async () => {
  let begun = 0;
  let ended = 0;
  const failed = Promise.withResolvers<void>();
  const all = pool(numbers, 4, async (number) => {
    begun += 1;
    if (number !== 1) await failed.promise;
    // The pool has seen the failure before the others go on.
    else setImmediate(failed.resolve);
    ended += 1;
    if (number === 1) throw new Error('first');
    if (number === 2) throw new Error('second');
  });
  await assert.rejects(all, /first/);
  assert.equal(ended, begun);
  assert.ok(begun < 8, `${String(begun)} begun`);
});

test('a failure that is thrown at once is the same', async () => {
  const work = (): Promise<never> => {
    throw new Error('at once');
  };
  await assert.rejects(pool(numbers, 4, work), /at once/);
});
