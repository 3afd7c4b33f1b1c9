import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endMessage, endReason } from '../../src/sandbox/end-reason.ts';
import { sandboxOf } from '../../src/sandbox/policy.ts';
import { entryOf, fakePaths, noOverrides } from './fixtures.ts';

const sandbox = sandboxOf(entryOf({ limits: { memory: '96m' } }), noOverrides, fakePaths());
const say = (exitCode: number, outOfMemory = false): string | undefined =>
  endMessage({ exitCode, outOfMemory }, sandbox)?.text;

test('an end for want of memory is told apart from any other', () => {
  assert.deepEqual(
    [
      endReason({ exitCode: 137, outOfMemory: true }),
      endReason({ exitCode: 137, outOfMemory: false }),
      endReason({ exitCode: 1, outOfMemory: false }),
      endReason({ exitCode: 0, outOfMemory: false }),
    ],
    ['out-of-memory', 'killed', 'failed', 'exited'],
  );
});

test('messages name the server, what happened and what to do', () => {
  assert.equal(say(0), undefined);
  assert.equal(say(3), 'notes ended with exit code 3');
  assert.equal(say(137, true), 'notes needed more than its 96m of memory and was ended');
  assert.equal(say(137), 'notes was killed, perhaps for want of memory: its limit is 96m');
  for (const outOfMemory of [true, false])
    assert.deepEqual(endMessage({ exitCode: 137, outOfMemory }, sandbox)?.inputs, [{ name: 'memory' }]);
});
