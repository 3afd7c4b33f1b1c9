import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { callsIn, loggedSessions, sessionsOf } from '../../bench/replay/logged-calls.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import { loggedLine } from './logged-line.ts';

test('the day that is kept can be read: sessions in the order in which they began', async () => {
  const sessions = await loggedSessions(path.resolve(import.meta.dirname, '../../bench/replay/day.jsonl'));
  const begun = sessions.map(({ calls }) => calls[0]?.atMs ?? 0);
  assert.ok(sessions.length >= 8, 'several clients, some of them more than once');
  assert.deepEqual(
    begun,
    begun.toSorted((a, b) => a - b),
  );
  const outcomes = new Set(sessions.flatMap(({ calls }) => calls.map(({ outcome }) => outcome)));
  assert.deepEqual([...outcomes].toSorted(), ['cancelled', 'error', 'ok']);
});

test('calls are put together by session, in the order of time whatever order the lines have', () => {
  const lines = [
    loggedLine({ session: 'a', time: '2026-11-26T10:00:02.000Z' }),
    loggedLine({ session: 'b', time: '2026-11-26T10:00:01.000Z', client: 'other' }),
    loggedLine({ session: 'a', time: '2026-11-26T10:00:00.000Z' }),
  ];
  const sessions = sessionsOf(callsIn(lines.map((line) => JSON.stringify(line)).join('\n\n'), 'log'));
  assert.deepEqual(
    sessions.map(({ client, calls }) => [client, calls.length]),
    [
      ['test', 2],
      ['other', 1],
    ],
  );
  assert.ok((sessions[0]?.calls[0]?.atMs ?? 0) < (sessions[0]?.calls[1]?.atMs ?? 0));
});

test('what can not be made again is refused with its line: no call, no arguments, arguments that were cut', () => {
  const good = JSON.stringify(loggedLine({}));
  const { arguments: _, ...bare } = loggedLine({});
  for (const bad of [
    'not JSON',
    '{"time":"2026-11-26T10:00:00.000Z"}',
    JSON.stringify(bare),
    JSON.stringify(loggedLine({ arguments: { bytes: 100_000, beginning: '{"name":' } })),
    JSON.stringify(loggedLine({ arguments: [1] })),
  ])
    assert.throws(
      () => callsIn(`${good}\n${bad}\n`, 'calls.jsonl'),
      (error) =>
        error instanceof McpcatError && error.code === 'usage' && error.message.startsWith('calls.jsonl:2: '),
      bad,
    );
  assert.equal(callsIn(`${JSON.stringify(loggedLine({ arguments: null }))}\n`, 'log')[0]?.arguments, null);
});

test('a log that is not there is said', async () => {
  await assert.rejects(loggedSessions('/nonexistent/calls'), (error) => {
    return error instanceof McpcatError && error.code === 'usage';
  });
});
