import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadCatalog, loadServer } from '../../src/catalog/load.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { entryText, lockText } from './entry-text.ts';

function catalog(lock: string, more = ''): Record<string, string> {
  return { 'fixture/server.yaml': entryText('fixture', { more }), 'fixture/lock.json': lock };
}

test('a lock that fits is part of the server', async (t) => {
  const { lock } = await loadServer(temporaryFolder(t, catalog(lockText())), 'fixture');
  assert.equal(lock?.version, '1.0.0');
  assert.equal(lock?.artifacts.length, 1);
});

const faults: Readonly<Record<string, readonly [lock: string, said: RegExp]>> = {
  'without integrity': [
    lockText({}, { integrity: undefined }),
    /artifacts\.0\.integrity \(left-pad@1\.3\.0\): expected string/,
  ],
  'with a weak integrity': [
    lockText({}, { integrity: 'sha1-abc=' }),
    /artifacts\.0\.integrity \(left-pad@1\.3\.0\): must be a sha512 integrity/,
  ],
  'with an integrity cut short': [lockText({}, { integrity: 'sha512-AAAA' }), /left-pad.*sha512 integrity/],
  'from git': [
    lockText({}, { url: 'git+ssh://git@example.com/x.git' }),
    /\.url \(left-pad@1\.3\.0\): must be/,
  ],
  'from a file': [lockText({}, { url: 'file:../left-pad.tgz' }), /\.url \(left-pad@1\.3\.0\): must be/],
};

for (const [title, [lock, said]] of Object.entries(faults)) {
  test(`a lock with an artifact ${title} is refused, and the artifact named`, async (t) => {
    const { servers, problems } = await loadCatalog(temporaryFolder(t, catalog(lock)));
    assert.equal(servers.size, 0);
    assert.match(problems.map(({ message }) => message).join('\n'), said);
    assert.match(problems[0]?.hint ?? '', /mcpcat update NAME/);
  });
}

test('text that is not JSON and a future version of the format are no locks', async (t) => {
  const half = temporaryFolder(t, catalog('{"lockVersion": 1,'));
  assert.match((await loadCatalog(half)).problems[0]?.message ?? '', /it is not JSON/);
  const future = temporaryFolder(t, catalog(lockText({ lockVersion: 2 })));
  assert.match((await loadCatalog(future)).problems[0]?.message ?? '', /lockVersion/);
});

test('a lock of another package than the entry names is refused', async (t) => {
  const folder = temporaryFolder(t, catalog(lockText({ source: 'npm:other' })));
  const { problems } = await loadCatalog(folder);
  assert.match(problems[0]?.message ?? '', /it is of npm:other, and the entry's source is npm:fixture/);
});

test('problems of an entry and of its lock are reported together', async (t) => {
  const folder = temporaryFolder(t, catalog('{', 'shm: lots\n'));
  const { problems } = await loadCatalog(folder);
  assert.deepEqual(
    problems.map(({ file }) => file.split('/').at(-1)),
    ['server.yaml', 'lock.json'],
  );
});

test('every fault of a lock is reported, not only the first', async (t) => {
  const folder = temporaryFolder(t, catalog(lockText({ version: 1 }, { integrity: 'no', url: 'no' })));
  assert.equal((await loadCatalog(folder)).problems.length, 3);
});

test('a lock that does not fit does not keep update from writing a new one', async (t) => {
  const folder = temporaryFolder(t, catalog('{'));
  const server = await loadServer(folder, 'fixture', 'replaced');
  assert.equal(server.lock, undefined);
  assert.equal((await loadCatalog(folder, 'replaced')).servers.size, 1);
});
