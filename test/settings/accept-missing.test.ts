import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missingAccepted } from '../../src/settings/missing-accepted.ts';
import { settingsWith } from './settings-with.ts';

test('a start does without what it asks for and every file permits', (t) => {
  const files = settingsWith(t, '{"acceptMissing": ["pids", "memory"]}', '{"acceptMissing": ["pids"]}');
  assert.deepEqual(missingAccepted(files, ['pids']), ['pids']);
  assert.deepEqual(missingAccepted(files.slice(0, 1), ['pids,memory']), ['pids', 'memory']);
  assert.deepEqual(missingAccepted(files, []), []);
});

test('an option alone takes no limit away, nor one file of several', (t) => {
  const refused = { name: 'McpcatError', code: 'usage' };
  assert.throws(() => missingAccepted([], ['pids']), {
    ...refused,
    message: /without the limit pids is asked for, and there is no settings file that permits it/,
  });
  const files = settingsWith(t, '{"acceptMissing": ["pids"]}', '{}');
  assert.throws(() => missingAccepted(files, ['pids']), {
    ...refused,
    message: /settings\.json does not permit it$/,
  });
  assert.throws(() => missingAccepted(files.slice(0, 1), ['pids,memory']), {
    ...refused,
    message: /limit memory/,
  });
  assert.throws(() => missingAccepted(files, ['files']), {
    ...refused,
    message: /expected limits .* found "files"/,
  });
});

test('what is no list of limits is refused with its place', (t) => {
  for (const [value, at] of [
    ['"pids"', 19],
    ['true', 19],
    ['["pids", "files"]', 28],
    ['[7]', 20],
  ] as const)
    assert.throws(
      () => settingsWith(t, `{"acceptMissing": ${value}}`),
      {
        code: 'usage',
        message: new RegExp(`:1:${String(at)}: acceptMissing: expected a list of memory, swap, cpu, pids`),
      },
      value,
    );
});
