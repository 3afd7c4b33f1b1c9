import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SessionServer } from '../../src/serve/session-server.ts';
import { Tasks } from '../../src/serve/tasks.ts';

/** A server of which only counts who keeps it awake. */
function server(): { readonly served: SessionServer; readonly released: () => number } {
  let count = 0;
  const hold = (): (() => void) => () => void count++;
  return { served: { runner: { hold } } as unknown as SessionServer, released: () => count };
}

const working = { taskId: 't', status: 'working', ttl: 1000 };

test('a task that is asked for again and again waits for its end once', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { served, released } = server();
  const tasks = new Tasks();
  for (let asked = 0; asked < 10; asked++) {
    tasks.seen(served, working);
    t.mock.timers.tick(50);
  }
  assert.equal(released(), 0);
  t.mock.timers.tick(500);
  assert.equal(released(), 1, 'a thousand milliseconds after it was first said');
  t.mock.timers.tick(10_000);
  assert.equal(released(), 1);
});

test('a task that is given more time has it, and one of the same id later is another', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { served, released } = server();
  const tasks = new Tasks();
  tasks.seen(served, working);
  tasks.seen(served, { ...working, ttl: 5000 });
  t.mock.timers.tick(4999);
  assert.equal(released(), 0);
  tasks.forget(served);
  assert.equal(released(), 1);
  tasks.seen(served, { ...working, ttl: null });
  t.mock.timers.tick(60_000);
  assert.equal(released(), 1, 'what the first had left does not count for the second');
});
