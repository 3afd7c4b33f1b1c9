import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { explain } from '../../src/cli/errors.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import { temporaryFolder } from '../lib/temporary.ts';

function errorOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

test('what the system refuses is no bug of ours, and the place is named', (t) => {
  const file = path.join(temporaryFolder(t, { file: '' }), 'file/x');
  const { text, exitCode } = explain(
    errorOf(() => readFileSync(file)),
    false,
  );
  assert.equal(
    text,
    `mcpcat: can't use ${file}: something else than a folder stands there (ENOTDIR)\nhint: name another place\n`,
  );
  assert.equal(exitCode, 3);
});

test('a file that is missing where we count on it stays a bug of ours', () => {
  assert.match(
    explain(
      errorOf(() => readFileSync('/nowhere/at/all')),
      false,
    ).text,
    /a bug of ours.*ENOENT/,
  );
  assert.match(
    explain(Object.assign(new Error('x'), { code: 'toString', syscall: 'x' }), false).text,
    /a bug/,
  );
});

test('where the machine is at its end, its cure comes before any other', () => {
  const cause = Object.assign(new Error('too many'), { code: 'EMFILE', syscall: 'connect' });
  const error = new McpcatError('engine-gone', 'the connection broke', { hint: 'start the engine', cause });
  assert.equal(
    explain(error, false).text,
    'mcpcat: the connection broke\nhint: raise the limit: ulimit -n 1024\n',
  );
});
