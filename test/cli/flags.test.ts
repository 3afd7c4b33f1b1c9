import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explain } from '../../src/cli/errors.ts';
import { hintText } from '../../src/cli/flags.ts';
import { attemptLog } from '../../src/cli/render/attempts.ts';
import { attemptOf } from '../../src/egress/attempt.ts';
import { McpcatError } from '../../src/lib/errors.ts';

test('an error of the core gets the flags that go with it', () => {
  const error = new McpcatError('usage', 'memory: expected a size', { inputs: [{ name: 'memory' }] });
  assert.deepEqual(explain(error, false), {
    text: 'mcpcat: memory: expected a size\nhint: see --memory SIZE\n',
    exitCode: 2,
  });
});

test('what is to be typed stands behind the hint, with the value that fits', () => {
  assert.equal(
    hintText('hand it over', [
      { name: 'mount', value: 'a=DIR' },
      { name: 'mount', value: 'b=DIR:rw' },
    ]),
    'hand it over: --mount a=DIR --mount b=DIR:rw',
  );
  assert.equal(hintText('start it, or run', [{ name: 'repair' }]), 'start it, or run: mcpcat doctor --fix');
  assert.equal(hintText('wait', []), 'wait');
  assert.equal(hintText(undefined), undefined);
});

test('a refused attempt says what would allow it, where something does', () => {
  const lines: string[] = [];
  const log = attemptLog('notes', { write: (text: string) => lines.push(text) });
  const attempt = {
    what: 'connection',
    name: 'nas',
    port: 80,
    verdict: 'refused',
    reason: 'private',
  } as const;
  log(attemptOf({ ...attempt, allow: 'nas:80' }));
  log(attemptOf({ ...attempt, port: 25 }));
  assert.deepEqual(lines, [
    'mcpcat: notes tried nas:80: refused, private; to allow it: --allow nas:80\n',
    'mcpcat: notes tried nas:25: refused, private\n',
  ]);
});
