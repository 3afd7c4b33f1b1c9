import assert from 'node:assert/strict';
import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { shellText } from '../../src/install/own-command.ts';

const work = mkdtempSync(path.join(os.tmpdir(), "mcpcat own' $HOME "));
after(() => rmSync(work, { recursive: true, force: true }));
const main = path.join(work, 'main.js');
writeFileSync(main, 'console.log(JSON.stringify(process.argv.slice(2)))');

function run(
  text: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): SpawnSyncReturns<string> {
  const file = path.join(work, 'mcpcat');
  writeFileSync(file, text);
  chmodSync(file, 0o755);
  return spawnSync(file, args, { env, encoding: 'utf8' });
}

test('the command hands on its arguments, with an empty environment and any character in its paths', () => {
  const { stdout, status } = run(shellText({ node: process.execPath, main }), [
    'run',
    'a b',
    "it's",
    '$HOME',
    '',
  ]);
  assert.deepEqual(JSON.parse(stdout), ['run', 'a b', "it's", '$HOME', '']);
  assert.equal(status, 0);
});

test('after an update has moved Node, one of a version manager is found', () => {
  const home = path.join(work, 'home');
  const moved = path.join(home, '.nvm/versions/node/v99/bin');
  mkdirSync(moved, { recursive: true });
  writeFileSync(
    path.join(moved, 'node'),
    `#!/bin/sh\nexec '${process.execPath.replaceAll("'", String.raw`'\''`)}' "$@"\n`,
  );
  chmodSync(path.join(moved, 'node'), 0o755);
  const text = shellText({ node: '/gone/node', main }).replaceAll(
    /\/usr\/local\/bin\/node|\/usr\/bin\/node|\/opt\/homebrew\/bin\/node/g,
    '/gone/node',
  );
  assert.deepEqual(JSON.parse(run(text, ['list'], { HOME: home }).stdout), ['list']);
});

test('where mcpcat itself has gone it says so, on stderr, with exit code 3', () => {
  const { stdout, stderr, status } = run(shellText({ node: process.execPath, main: '/gone/mcpcat.js' }), [
    'run',
    'time',
  ]);
  assert.equal(stdout, '');
  assert.match(stderr, /^mcpcat: it is not at \/gone\/mcpcat\.js any more/);
  assert.equal(status, 3);
});
