import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseEntry } from '../../src/catalog/parse-entry.ts';
import { permissionSentences } from '../../src/catalog/permissions.ts';
import { mountsOf } from '../../src/sandbox/mounts.ts';
import { sandboxOf } from '../../src/sandbox/policy.ts';
import type { MountRequest } from '../../src/sandbox/sandbox.ts';
import { entryText } from '../catalog/entry-text.ts';
import { entryOf, fakePaths, noOverrides, refused } from './fixtures.ts';

const output = { name: 'output', target: '/tmp/out', mode: 'rw', samePath: true, description: 'Files.' };
const entry = entryOf({
  args: ['--output-dir', '/tmp/out', '/tmp/out/log.txt', '/tmp/outer'],
  permissions: {
    mounts: [output, { name: 'docs', target: '/srv/docs', description: 'Documents.' }],
    state: [{ name: 'index', target: '/srv/index', description: 'An index.' }],
    writable: ['/tmp', '/home/mcpcat'],
  },
});
const handing = (...folders: readonly string[]): MountRequest[] =>
  folders.map((hostPath) => ({ name: 'output', hostPath, mode: 'rw' }));

test('a folder is seen at the path that it has on the machine, and arguments that name its place follow', () => {
  const sandbox = sandboxOf(entry, { ...noOverrides, mounts: handing('/home/ada/shots') }, fakePaths());
  const [mount] = sandbox.mounts;
  assert.deepEqual([mount?.source, mount?.target], ['/home/ada/shots', '/home/ada/shots']);
  assert.deepEqual(sandbox.args, [
    '--output-dir',
    '/home/ada/shots',
    '/home/ada/shots/log.txt',
    '/tmp/outer',
  ]);
  assert.deepEqual(
    sandbox.written.map(({ target }) => target),
    ['/home/ada/shots'],
  );
});

test('a server for which nothing is handed over writes where its arguments say', () => {
  assert.deepEqual(sandboxOf(entry, noOverrides, fakePaths()).args, entry.args);
});

test('the path is the one that the user names, also where it leads through a link', () => {
  const paths = fakePaths({ '/home/ada/link': { real: '/home/ada/shots' } });
  const [handed] = mountsOf(entry, handing('/home/ada/link'), paths);
  assert.deepEqual([handed?.folder.source, handed?.folder.target], ['/home/ada/shots', '/home/ada/link']);
});

test('a folder below one that is written in memory has its own place there', () => {
  assert.equal(mountsOf(entry, handing('/tmp/shots'), fakePaths())[0]?.folder.target, '/tmp/shots');
});

for (const [folder, reason] of [
  ['/app/shots', /\/app\/shots is a folder of the image too; it would be seen at the same path/],
  ['/mcpcat-authorities/x', /is a folder of the image too/],
  ['/tmp', /would cover \/tmp, where the server writes/],
  ['/srv/index/x', /overlaps \/srv\/index, where the server keeps its state/],
  ['/srv', /overlaps \/srv\/index/],
  ['/home/ada/two\nlines', /has a line feed in its name/],
] as const)
  test(`${JSON.stringify(folder)} can not be seen at the same path, and the reason is said`, () => {
    assert.throws(() => mountsOf(entry, handing(folder), fakePaths()), refused('entry-refused', reason));
  });

test('a folder that lies in another one that is handed over is refused', () => {
  const docs = { name: 'docs', hostPath: '/home/ada/docs', mode: undefined } as const;
  assert.throws(
    () => mountsOf(entry, [docs, ...handing('/srv/docs/x')], fakePaths()),
    refused('entry-refused', /overlaps \/srv\/docs, which is handed over as well/),
  );
  const many = entryOf({ permissions: { mounts: [{ ...output, many: true }] } });
  assert.throws(
    () => mountsOf(many, handing('/home/ada/a', '/home/ada/a/b'), fakePaths()),
    refused('entry-refused', /overlaps \/home\/ada\/a/),
  );
  const [one, two] = mountsOf(many, handing('/home/ada/a', '/home/ada/b'), fakePaths());
  assert.deepEqual([one?.folder.target, two?.folder.target], ['/home/ada/a', '/home/ada/b']);
});

test('an entry may have such a place in a folder that it writes, and no other mount may', () => {
  const text = (more: string): string =>
    entryText('notes', {
      more: `permissions: {mounts: [{name: output, target: /tmp/out, mode: rw, description: Files${more}}]}\n`,
    });
  assert.deepEqual(parseEntry('server.yaml', text(', samePath: true'), 'notes').problems, []);
  const [problem] = parseEntry('server.yaml', text(''), 'notes').problems;
  assert.match(problem?.message ?? '', /\/tmp overlaps the mount output/);
});

test('people read where it is seen', () => {
  assert.ok(
    permissionSentences(entry).some((sentence) =>
      sentence.includes('seen at the path that it has on your machine'),
    ),
  );
});
