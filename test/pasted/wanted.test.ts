import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wantedOf } from '../../src/pasted/wanted.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import { refused, understood } from './pasted-lines.ts';

for (const { line, source, args = [], command, env = {} } of understood)
  test(`${JSON.stringify(line)} means ${source}`, () => {
    const found = wantedOf([line]);
    assert.deepEqual(
      { source: found.source, args: found.args, command: found.command, env: found.env },
      { source, args, command, env },
    );
  });

for (const [line, message, hint] of refused)
  test(`${JSON.stringify(line)} is refused with what to type`, () => {
    assert.throws(
      () => wantedOf([line]),
      (error) => {
        assert.ok(error instanceof McpcatError);
        assert.equal(error.code, 'usage');
        assert.match(error.message, message);
        if (hint.source !== '.') assert.match(error.hint ?? '', hint);
        return true;
      },
    );
  });

test('words that a shell has split already are not split again', () => {
  const found = wantedOf(['npx', '-y', 'pkg', '--greeting', 'good day', '/My Files']);
  assert.deepEqual(found.args, ['--greeting', 'good day', '/My Files']);
});

test('settings of a JSON and of the line in it come together', () => {
  const text = JSON.stringify({ command: 'env', args: ['A=1', 'npx', '-y', 'pkg'], env: { B: '2' } });
  assert.deepEqual(wantedOf([text]).env, { A: '1', B: '2' });
});
