import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mountRequests } from '../../src/cli/mount-option.ts';
import { McpcatError } from '../../src/lib/errors.ts';

test('a folder is handed to a name, with a mode or without', () => {
  assert.deepEqual(
    mountRequests(['data=/home/me/notes', 'repo=/src/my repo:rw', 'all=C:\\Users\\me:rw-all', 'x=./here:ro']),
    [
      { name: 'data', hostPath: '/home/me/notes', mode: undefined },
      { name: 'repo', hostPath: '/src/my repo', mode: 'rw' },
      { name: 'all', hostPath: 'C:\\Users\\me', mode: 'rw-all' },
      { name: 'x', hostPath: './here', mode: 'ro' },
    ],
  );
});

for (const [text, hint] of [
  ['data=~/notes', /whole path/],
  ['data=$HOME/notes', /whole path/],
  ['data=${HOME}/notes:rw', /whole path/],
  ['data=%USERPROFILE%\\notes', /whole path/],
  ['data="/home/me/my notes"', /leave them out/],
  ["data='/home/me/my notes'", /leave them out/],
  ['data=/home/me:z', /leave it out/],
  ['data=/home/me:ro,Z', /leave it out/],
  ['data=/home/me:ro,cached', /:ro, :rw/],
] as const)
  test(`--mount ${text} is refused with what to type`, () => {
    assert.throws(
      () => mountRequests([text]),
      (error) => error instanceof McpcatError && error.code === 'usage' && hint.test(error.hint ?? ''),
    );
  });
