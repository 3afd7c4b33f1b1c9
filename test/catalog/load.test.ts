import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { loadCatalog, loadServer, selectServers } from '../../src/catalog/load.ts';
import { problemText } from '../../src/catalog/problem.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { entryText } from './entry-text.ts';

const broken = {
  'empty/README.md': 'no entry here',
  'good/server.yaml': entryText('good'),
  'second/server.yaml': entryText('good'),
  'typo/server.yaml': entryText('typo', { more: 'limits:\n  memry: 1g\n' }),
  'yaml/server.yaml': 'name: [\n',
};

test('broken entries are all reported, and never stop the others', async (t) => {
  const folder = temporaryFolder(t, broken);
  const { servers, problems } = await loadCatalog(folder);
  assert.deepEqual([...servers.keys()], ['good']);
  assert.deepEqual(
    problems.map((problem) => path.relative(folder, problemText(problem)).replace(/YAML: .*/, 'YAML')),
    [
      'empty/server.yaml: expected a server.yaml in this folder',
      'second/server.yaml:1:1: name: expected "second" (the folder\'s name), found "good" (rename one of them)',
      'typo/server.yaml:10:3: limits.memry: this key is not known (did you mean memory?)',
      'yaml/server.yaml:2:1: YAML',
    ],
  );
});

test('of two entries with one name, only the one in the folder of that name is loaded', async (t) => {
  const folder = temporaryFolder(t, broken);
  assert.equal((await loadServer(folder, 'good')).folder, path.join(folder, 'good'));
  await assert.rejects(loadServer(folder, 'second'), { code: 'entry-invalid' });
});

test('a broken entry that is asked for by name fails with all its problems and wrong usage', async (t) => {
  const more = 'shm: 1\nshn: 64m\n';
  const folder = temporaryFolder(t, { 'bad/server.yaml': entryText('bad', { more }) });
  await assert.rejects(loadServer(folder, 'bad'), (error: unknown) => {
    assert.ok(error instanceof McpcatError);
    assert.equal(error.message, 'bad: the entry has 2 problem(s)');
    assert.deepEqual(
      error.detail.map((line) => path.relative(folder, line).slice(0, 27)),
      ['bad/server.yaml:9:1: shm: e', 'bad/server.yaml:10:1: shn: '],
    );
    assert.equal(error.exitCode, 2);
    return true;
  });
});

test('an unknown name suggests the nearest ones', async (t) => {
  const folder = temporaryFolder(t, { 'everything/server.yaml': entryText('everything') });
  await assert.rejects(loadServer(folder, 'everythin'), {
    code: 'entry-unknown',
    hint: 'did you mean everything?',
  });
  await assert.rejects(loadServer(folder, 'zzz'), { hint: 'mcpcat list shows all' });
});

test('a name that climbs out of the catalog is unknown', async (t) => {
  const folder = temporaryFolder(t, { 'a/b/server.yaml': entryText('b'), 'c/server.yaml': entryText('c') });
  for (const name of ['../c', 'c/', '.', '', 'a/b'])
    await assert.rejects(loadServer(path.join(folder, 'a'), name), { code: 'entry-unknown' }, name);
});

test('a catalog folder that is not there is named', async (t) => {
  const folder = path.join(temporaryFolder(t), 'nowhere');
  await assert.rejects(loadCatalog(folder), (error: unknown) => {
    assert.ok(error instanceof McpcatError);
    assert.match(error.message, /can't read the catalog folder .*nowhere/);
    return true;
  });
});

test('a server that is asked for twice is taken once', async (t) => {
  const folder = temporaryFolder(t, { 'good/server.yaml': entryText('good') });
  assert.equal((await selectServers(folder, ['good', 'good'])).length, 1);
});
