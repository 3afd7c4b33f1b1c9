import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compare, counts } from '../../bench/replay/compare.ts';
import { callsIn, sessionsOf } from '../../bench/replay/logged-calls.ts';
import { loggedLine } from './logged-line.ts';

const log = [
  loggedLine({ tool: 'same', result: { content: [] } }),
  loggedLine({ tool: 'other-result', result: { content: [] } }),
  loggedLine({ tool: 'worse' }),
  loggedLine({ tool: 'missing' }),
  loggedLine({ tool: 'slow', outcome: 'timeout' }),
  loggedLine({ tool: 'twice', outcome: 'ok' }),
  loggedLine({ tool: 'twice', outcome: 'error' }),
];
const sessions = sessionsOf(callsIn(log.map((line) => JSON.stringify(line)).join('\n'), 'log'));
const again = (tool: string, own: Parameters<typeof loggedLine>[0] = {}) =>
  loggedLine({ client: 'replay-a', tool, ...own });

test('each call of the log is held against one of the replay, of the same session, tool and arguments', () => {
  const found = compare(
    sessions,
    [
      again('twice'),
      again('same', { result: { content: [] } }),
      again('other-result', { result: { content: [{ type: 'text', text: 'x' }] } }),
      again('worse', { outcome: 'died' }),
      again('slow'),
      again('twice', { outcome: 'error' }),
      again('missing', { arguments: { other: true } }),
      again('missing', { client: 'replay-b' }),
    ],
    ({ session }) => `replay-${session}`,
  );
  assert.deepEqual([found.calls, found.same, found.extra], [7, 4, 2]);
  assert.deepEqual([found.results, found.sameResults], [2, 1]);
  assert.deepEqual(found.otherResults, ['time other-result']);
  assert.deepEqual(
    found.differences.map(({ tool, was, is }) => [tool, was, is]),
    [
      ['worse', 'ok', 'died'],
      ['missing', 'ok', 'missing'],
      ['slow', 'timeout', 'ok'],
    ],
  );
  assert.deepEqual(found.differences.map(counts), [true, true, false], 'a time-out is the machine’s');
});
