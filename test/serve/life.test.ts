import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asleep, pauseMs, step, type Effect, type LifeEvent, type LifeState } from '../../src/serve/life.ts';

type Kind = LifeEvent | LifeEvent['kind'];

/** Events at their times; what each state was, and what was to be done. */
function played(events: readonly (readonly [atMs: number, event: Kind])[]): {
  readonly states: string[];
  readonly done: string[];
  readonly state: LifeState;
} {
  let state = asleep;
  const states: string[] = [];
  const done: string[] = [];
  for (const [nowMs, event] of events) {
    const next = step(state, eventOf(event), { nowMs, idleMs: 1000 });
    state = next.state;
    states.push(state.kind);
    done.push(next.effects.map(shown).join(' '));
  }
  return { states, done, state };
}

function eventOf(event: Kind): LifeEvent {
  if (typeof event !== 'string') return event;
  return event === 'not-started' ? { kind: event, fault: 'server' } : { kind: event };
}

function shown(effect: Effect): string {
  if (effect.kind !== 'timer') return effect.kind;
  return effect.afterMs === undefined ? 'no-timer' : `timer:${String(effect.afterMs)}`;
}

test('a server starts with the first call, once for all that wait, and is stopped when it was idle for long enough', () => {
  const { states, done } = played([
    [0, 'wanted'],
    [1, 'wanted'],
    [2, 'started'],
    [3, 'unused'],
    [4, 'wanted'],
    [5, 'unused'],
    [1005, 'timer'],
    [1006, 'ended'],
  ]);
  assert.deepEqual(states, [
    'starting',
    'starting',
    'working',
    'idle',
    'working',
    'idle',
    'stopping',
    'asleep',
  ]);
  assert.deepEqual(done, ['start', '', 'flush', 'timer:1000', 'no-timer flush', 'timer:1000', 'stop', '']);
});

test('a timer that rings while something is open stops nothing', () => {
  const { states, done } = played([
    [0, 'wanted'],
    [1, 'started'],
    [2, 'unused'],
    [3, 'used'],
    [4, 'timer'],
  ]);
  assert.equal(states.at(-1), 'working');
  assert.equal(done.at(-1), '');
});

test('a death fails what is open, and the pause before the next start grows with each', () => {
  const { states, done } = played([
    [0, 'wanted'],
    [1, 'started'],
    [2, 'ended'],
    [3, 'wanted'],
    [4, 'not-started'],
    [5, 'wanted'],
    [504, 'timer'],
    [505, 'ended'],
    [506, 'wanted'],
  ]);
  assert.deepEqual(done, [
    'start',
    'flush',
    'no-timer fail',
    'start',
    'no-timer fail',
    'timer:499',
    'start',
    'no-timer fail',
    'timer:999',
  ]);
  assert.equal(states.at(-1), 'pausing');
  assert.deepEqual([0, 1, 2, 3, 20].map(pauseMs), [0, 0, 500, 1000, 30_000]);
});

test('a server that has worked for a minute has not failed before', () => {
  const { state } = played([
    [0, 'wanted'],
    [1, 'not-started'],
    [2, 'wanted'],
    [3, 'not-started'],
    [1000, 'wanted'],
    [1001, 'started'],
    [61_001, 'ended'],
  ]);
  assert.deepEqual(state, { kind: 'asleep', failures: 1, notBeforeMs: 61_001 });
});

test('what the user has to give is no failure of the server: the next call tries at once', () => {
  const { state } = played([
    [0, 'wanted'],
    [1, { kind: 'not-started', fault: 'ours' }],
    [2, 'wanted'],
    [3, { kind: 'not-started', fault: 'ours' }],
  ]);
  assert.deepEqual(state, { kind: 'asleep', failures: 0, notBeforeMs: 3 });
});

test('a call that comes while the server is being stopped starts it again when it is gone', () => {
  const { states, done } = played([
    [0, 'wanted'],
    [1, 'started'],
    [2, 'unused'],
    [1002, 'timer'],
    [1003, 'wanted'],
    [1004, 'wanted'],
    [1005, 'ended'],
    [1006, 'started'],
  ]);
  assert.deepEqual(states.slice(3), ['stopping', 'stopping', 'stopping', 'starting', 'working']);
  assert.deepEqual(done.slice(3), ['stop', '', '', 'start', 'flush']);
});

test('a person puts it to sleep in any state, and whatever waited is told', () => {
  const upTo = (...events: Kind[]) =>
    played([...events, 'sleep' as const].map((event, at) => [at, event] as const));
  assert.equal(upTo('wanted').done.at(-1), 'stop fail');
  assert.equal(upTo('wanted', 'started').done.at(-1), 'no-timer stop fail');
  assert.equal(upTo('wanted', 'not-started', 'wanted', 'not-started', 'wanted').done.at(-1), 'no-timer fail');
  assert.equal(upTo('wanted', 'started', 'sleep', 'wanted').done.at(-1), 'fail');
  assert.equal(upTo().done.at(-1), '');
});

test('what is late changes nothing: a start after the end was asked for, an end of what sleeps', () => {
  const { states } = played([
    [0, 'wanted'],
    [1, 'sleep'],
    [2, 'started'],
    [3, 'ended'],
    [4, 'ended'],
    [5, 'timer'],
    [6, 'unused'],
  ]);
  assert.deepEqual(states, ['starting', 'stopping', 'stopping', 'asleep', 'asleep', 'asleep', 'asleep']);
});
