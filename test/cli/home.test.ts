/** The program itself, in homes that can't be written: what it can do without one it does. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../lib/temporary.ts';

const program = path.resolve(import.meta.dirname, '../../bin/mcpcat.js');
const catalog = path.resolve(import.meta.dirname, 'catalog');

interface Said {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function mcpcat(env: Readonly<Record<string, string>>, cwd: string, ...args: readonly string[]): Said {
  const words = [program, ...args, '--catalog', catalog];
  // A minute: it used to try for ever.
  return spawnSync(process.execPath, words, { cwd, env, encoding: 'utf8', timeout: 60_000, input: '' });
}

test('a home that is no folder, missing, relative, read-only or a link to nowhere is no reason to fail', (t) => {
  const folder = temporaryFolder(t, { file: '' });
  symlinkSync('/nowhere/at/all', path.join(folder, 'dangling'));
  mkdirSync(path.join(folder, 'read-only'), { mode: 0o500 });
  const homes = ['file', 'missing/deep', 'dangling', 'read-only'].map((name) => path.join(folder, name));
  for (const HOME of [...homes, 'relative', '', '/proc', '/dev/null']) {
    const listed = mcpcat({ HOME }, folder, 'info', 'search');
    assert.equal(listed.status, 0, `HOME=${HOME}: ${listed.stderr}`);
    const started = mcpcat({ HOME, SEARCH_KEY: 'x' }, folder, 'run', 'search', '--engine', '/nowhere.sock');
    assert.match(started.stderr, /^mcpcat: no engine answers at unix:\/\/\/nowhere\.sock/, `HOME=${HOME}`);
    assert.equal(started.status, 3);
  }
  assert.equal(existsSync(path.join(folder, 'relative')), false, 'nothing is made below the current folder');
});

test('a home whose settings can not be read might forbid something, so the start ends with its name', (t) => {
  const folder = temporaryFolder(t);
  symlinkSync('loop', path.join(folder, 'loop'));
  const { stderr, status } = mcpcat({ HOME: path.join(folder, 'loop') }, folder, 'run', 'search');
  assert.match(
    stderr,
    /^mcpcat: can't read the settings file .*loop\/\.config\/mcpcat\/settings\.json \(ELOOP/,
  );
  assert.equal(status, 3);
});

test('a process that may open hardly any file is told so, before anything is begun', (t) => {
  const { status, stderr } = spawnSync(
    '/bin/sh',
    ['-c', `ulimit -n 40 && exec "$0" "$1" run search`, process.execPath, program],
    { cwd: temporaryFolder(t), encoding: 'utf8', timeout: 60_000 },
  );
  if (process.platform !== 'linux') return; // nobody else tells how many there may be
  assert.equal(
    stderr,
    'mcpcat: this process may open 40 files, expected 64 or more\nhint: raise the limit: ulimit -n 1024\n',
  );
  assert.equal(status, 3);
});
