import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callsIn } from '../../bench/replay/logged-calls.ts';
import { play } from '../../bench/replay/play.ts';
import { schedule } from '../../bench/replay/schedule.ts';
import { loggedLine } from './logged-line.ts';

const at = (seconds: number, milliseconds: number, tool: string) =>
  loggedLine({ time: new Date(Date.UTC(2026, 10, 26) + seconds * 1000).toISOString(), milliseconds, tool });
/** `b` came while `a` ran, `c` behind both; `d` together with `e`. */
const calls = callsIn(
  [at(0, 2000, 'a'), at(1, 3000, 'b'), at(10, 0, 'c'), at(3600, 0, 'd'), at(3600, 0, 'e')]
    .map((line) => JSON.stringify(line))
    .join('\n'),
  'log',
);
const window = { fromMs: Date.UTC(2026, 10, 26), scale: 1 / 1000 };

test('pauses shrink; what came behind an answer waits for it, what came beside it does not', () => {
  const due = schedule(calls, window);
  assert.deepEqual(
    due.map(({ dueMs }) => dueMs),
    [0, 1, 10, 3600, 3600],
  );
  assert.deepEqual(
    due.map(({ after }) => after),
    [[], [], [0, 1], [0, 1, 2], [0, 1, 2, 3]],
  );
});

test('a session is opened once, calls are made in that order, and it is closed behind the last answer', async () => {
  const events: string[] = [];
  const release = Promise.withResolvers<void>();
  await play({
    due: schedule(calls, { ...window, scale: 0 }),
    startedAt: performance.now(),
    signal: new AbortController().signal,
    open: async () => {
      events.push('open');
      return {
        call: async ({ tool }) => {
          events.push(tool);
          if (tool === 'b') release.resolve();
          if (tool === 'a') await release.promise; // only ends because b is made beside it
        },
        close: async () => void events.push('close'),
      };
    },
  });
  assert.deepEqual(events, ['open', 'a', 'b', 'c', 'd', 'e', 'close']);
});

test('a replay that takes too long makes no further calls, waits for no answer and still closes its sessions', async () => {
  const stop = new AbortController();
  const events: string[] = [];
  await play({
    due: schedule(calls, { ...window, scale: 0 }),
    startedAt: performance.now(),
    signal: stop.signal,
    open: async () => ({
      call: async ({ tool }) => {
        events.push(tool);
        if (tool === 'b') stop.abort();
        if (tool === 'a') await new Promise(() => undefined); // is never answered
      },
      close: async () => void events.push('close'),
    }),
  });
  assert.deepEqual(events, ['a', 'b', 'close']);
});
