import assert from 'node:assert/strict';
import { test } from 'node:test';
import { removeAll } from '../../src/launch/remove-all.ts';

/** An engine that says yes to so many removals before it does one: its own was under way, and failed. */
function slowEngine(refusals: number): {
  readonly asked: string[];
  readonly engine: Parameters<typeof removeAll>[0];
} {
  const asked: string[] = [];
  const gone = new Set<string>();
  const engine = {
    removeContainer: (id: string) => {
      asked.push(id);
      if (asked.filter((one) => one === id).length > refusals) gone.add(id);
      return Promise.resolve();
    },
    inspectContainer: (id: string) => Promise.resolve(gone.has(id) ? undefined : { id }),
  };
  return { asked, engine: engine as unknown as Parameters<typeof removeAll>[0] };
}

test('a container that is gone is not asked for twice', async () => {
  const { engine, asked } = slowEngine(0);
  assert.deepEqual(await removeAll(engine, ['a', 'b']), []);
  assert.deepEqual(asked.toSorted(), ['a', 'b']);
});

test('one whose removal was under way and failed is removed again', async () => {
  const { engine, asked } = slowEngine(2);
  assert.deepEqual(await removeAll(engine, ['a']), []);
  assert.equal(asked.length, 3);
});
