import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';

const program = path.resolve(import.meta.dirname, '../../templates/node/compile-cache.mjs');
const flags = ['--expose-internals', '--experimental-import-meta-resolve', '--hash-seed=1', '--no-warnings'];

/** A package whose every file leaves a mark when it is evaluated. */
function server(t: TestContext): { folder: string; mark: string } {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'mcpcat-compile-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const mark = path.join(folder, 'evaluated');
  const marking = `writeFileSync(${JSON.stringify(mark)}, 'x');`;
  const files = {
    'package.json': '{"type": "module"}',
    'index.js': `import { writeFileSync } from 'node:fs'; import { inner } from './inner.js'; import dep from 'dep';\n${marking} export function f() { return inner(dep); }`,
    'inner.js': `import { writeFileSync } from 'node:fs'; ${marking} export function inner(x) { return x; }`,
    'later.mjs': 'export const later = 1;',
    'node_modules/dep/package.json': '{"main": "main.js"}',
    'node_modules/dep/main.js': `const { writeFileSync } = require('node:fs'); ${marking} module.exports = require('./other'); import('../../later.mjs'); import('../../inner'); try { require('is-not-there') } catch {}`,
    'node_modules/dep/other.js': 'module.exports = function other() { return 1 };',
    'inner/readme.txt': 'a folder that a word in the text names',
    'node_modules/dep/unused.js': 'module.exports = 2;',
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  return { folder, mark };
}

/** As in a build, where no cache of this machine's is set. */
const { NODE_COMPILE_CACHE: _, ...ownCache } = process.env;

function fill(start: string, cache: string): string {
  const file = start.includes('node_modules') ? start : path.join(start, 'index.js');
  const words = [...flags, program, file, cache];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8', env: ownCache });
  assert.equal(status, 0, stderr);
  return stdout;
}

function contents(cache: string): Record<string, string> {
  const names = readdirSync(cache, { recursive: true, encoding: 'utf8' }).sort();
  const files = names.filter((name) => /[0-9a-f]{8}$/.test(name) && name.includes(path.sep));
  return Object.fromEntries(files.map((name) => [name, readFileSync(path.join(cache, name), 'base64')]));
}

test('the compile cache is filled with all a server can load, and nothing of the server runs', (t) => {
  const { folder, mark } = server(t);
  const cache = path.join(folder, 'cache');
  assert.equal(fill(folder, cache), 'compile cache: 5 files\n');
  assert.equal(existsSync(mark), false);
  assert.equal(Object.keys(contents(cache)).length, 5);
});

test('a program without an ending is compiled like any other', (t) => {
  const { folder, mark } = server(t);
  const program = path.join(folder, 'node_modules/dep/start');
  writeFileSync(program, "#!/usr/bin/env node\nrequire('./main.js');\n");
  assert.equal(fill(program, path.join(folder, 'cache')), 'compile cache: 4 files\n');
  assert.equal(existsSync(mark), false);
});

test('two fillings write the same bytes', (t) => {
  const { folder } = server(t);
  fill(folder, path.join(folder, 'one'));
  fill(folder, path.join(folder, 'two'));
  assert.deepEqual(contents(path.join(folder, 'one')), contents(path.join(folder, 'two')));
});

test('a server that starts with the cache takes every file of it', (t) => {
  const { folder, mark } = server(t);
  const cache = path.join(folder, 'cache');
  fill(folder, cache);
  const env = { ...process.env, NODE_COMPILE_CACHE: cache, NODE_DEBUG_NATIVE: 'COMPILE_CACHE' };
  const { stderr, stdout } = spawnSync(process.execPath, [path.join(folder, 'index.js')], {
    encoding: 'utf8',
    env,
  });
  const said = `${stdout}${stderr}`;
  const accepted = [...said.matchAll(/ (\S+) was accepted/g)].map(([, file = '']) => path.basename(file));
  const all = ['index.js', 'inner.js', 'later.mjs', 'main.js', 'other.js'];
  assert.deepEqual([...new Set(accepted)].sort(), all, said);
  assert.doesNotMatch(said, /was rejected/);
  assert.equal(existsSync(mark), true);
});

test('a Node without these internals makes no cache and says so', (t) => {
  const { folder } = server(t);
  const words = [
    '--experimental-import-meta-resolve',
    '--no-warnings',
    program,
    path.join(folder, 'index.js'),
    folder,
  ];
  const { status, stdout } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  assert.equal(status, 0);
  assert.match(stdout, /^no compile cache: /);
});
