import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { mountsOf, withFolders } from '../../src/sandbox/mounts.ts';
import { hostPaths } from '../../src/sandbox/paths.ts';
import type { Paths } from '../../src/sandbox/sandbox.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { entryOf, fakePaths, refused } from './fixtures.ts';

const entry = entryOf({
  permissions: {
    mounts: [
      { name: 'data', target: '/data', mode: 'rw', description: 'Data' },
      { name: 'docs', target: '/docs', description: 'Documents' },
    ],
  },
});

type Mode = 'ro' | 'rw' | undefined;
const mount = (hostPath: string, mode?: Mode, paths: Paths = fakePaths()): unknown =>
  mountsOf(entry, [{ name: 'data', hostPath, mode }], paths).map(({ folder }) => folder);
const mode = (name: string, asked: Mode): boolean | undefined =>
  mountsOf(entry, [{ name, hostPath: '/srv/x', mode: asked }], fakePaths())[0]?.folder.readOnly;

test('a folder is writable only if the entry and the user both say so', () => {
  assert.deepEqual([mode('data', 'rw'), mode('data', 'ro'), mode('data', undefined)], [false, true, true]);
  assert.deepEqual([mode('docs', 'ro'), mode('docs', undefined)], [true, true]);
});

test('rw for a folder that the entry declares read-only is refused, not lowered', () => {
  assert.throws(
    () => mode('docs', 'rw'),
    refused('entry-refused', /^mount docs: notes declares it read-only/),
  );
});

test('a mount appears where the entry says, from the path without symbolic links', () => {
  const paths = fakePaths({ '/srv/link': { real: '/srv/real' } });
  assert.deepEqual(mount('/srv/link', 'rw', paths), [
    { kind: 'bind', source: '/srv/real', target: '/data', readOnly: false, identity: undefined },
  ]);
});

const two = ['/srv/a', '/other/b'].map((hostPath) => ({ name: 'data', hostPath, mode: undefined }));

test('two folders for a mount of one are refused: the last would win without a word', () => {
  assert.throws(
    () => mountsOf(entry, two, fakePaths()),
    refused('usage', /^mount data: notes takes one folder for it, found 2/),
  );
});

const several = entryOf({
  args: ['--root', '/data', '/database'],
  permissions: {
    mounts: [{ name: 'data', target: '/data', mode: 'rw', many: true, description: 'Data' }],
  },
});
const targetsOf = (folders: readonly string[]): readonly string[] =>
  mountsOf(
    several,
    folders.map((hostPath) => ({ name: 'data', hostPath, mode: undefined })),
    fakePaths(),
  ).map(({ folder }) => folder.target);

test('several folders lie below the target, each under its own name; one is the target itself', () => {
  assert.deepEqual(targetsOf(['/srv/a']), ['/data']);
  assert.deepEqual(targetsOf(['/srv/a', '/other/b']), ['/data/a', '/data/b']);
});

test('folders of one name are numbered, and hidden names are none', () => {
  assert.deepEqual(targetsOf(['/srv/a', '/other/a', '/third/a/']), ['/data/a', '/data/a-2', '/data/a-3']);
  assert.deepEqual(targetsOf(['/srv/a', '/other/my notes']), ['/data/a', '/data/my notes']);
});

test('an argument that is the target becomes one for each folder', () => {
  const args = (requests: typeof two): readonly string[] =>
    withFolders(several.args, mountsOf(several, requests, fakePaths()));
  assert.deepEqual(args(two), ['--root', '/data/a', '/data/b', '/database']);
  assert.deepEqual(args(two.slice(0, 1)), ['--root', '/data', '/database']);
});

test('each of several folders has a mode of its own', () => {
  const requests = [
    { name: 'data', hostPath: '/srv/a', mode: 'rw' as const },
    { name: 'data', hostPath: '/srv/b', mode: undefined },
  ];
  assert.deepEqual(
    mountsOf(several, requests, fakePaths()).map(({ folder }) => folder.readOnly),
    [false, true],
  );
});

test('a mount that the entry does not declare is refused with the nearest name', () => {
  const ask = (name: string): unknown =>
    mountsOf(entry, [{ name, hostPath: '/srv/x', mode: undefined }], fakePaths());
  assert.throws(() => ask('dat'), refused('usage', /notes declares no mount "dat"/));
  assert.throws(() => ask('dat'), { hint: /data/ });
  const closed = (): unknown =>
    mountsOf(entryOf(), [{ name: 'x', hostPath: '/srv/x', mode: undefined }], fakePaths());
  assert.throws(closed, { hint: /never sees your files/ });
});

test('a required folder that is missing is named with its description and the option', () => {
  const needy = entryOf({
    permissions: {
      mounts: [{ name: 'repo', target: '/repo', mode: 'rw', required: true, description: 'The repository' }],
    },
  });
  const ask = (): unknown => mountsOf(needy, [], fakePaths());
  assert.throws(ask, refused('settings-missing', /needs a folder/));
  assert.throws(ask, {
    detail: ['repo: The repository'],
    hint: 'hand it over',
    inputs: [{ name: 'mount', value: 'repo=FOLDER:rw' }],
  });
});

test('what is not there, or is no folder, is refused: also a socket', () => {
  const paths = fakePaths({ '/srv/none': null, '/var/run/docker.sock': { special: true } });
  assert.throws(
    () => mount('/srv/none', 'ro', paths),
    refused('usage', /expected a folder, found nothing at \/srv\/none/),
  );
  assert.throws(() => mount('/var/run/docker.sock', 'ro', paths), refused('usage', /found something else/));
});

test('nor is it through .. or a symbolic link', () => {
  const paths = fakePaths({
    '/srv/x/../../etc': { real: '/etc' },
    '/srv/keys': { real: '/home/ada/.ssh' },
    '/srv/all': { real: '/' },
  });
  assert.throws(
    () => mount('/srv/x/../../etc', 'ro', paths),
    refused('entry-refused', /\/etc is part of the system/),
  );
  assert.throws(() => mount('/srv/keys', 'ro', paths), refused('entry-refused', /\.ssh holds credentials/));
  assert.throws(() => mount('/srv/all', 'ro', paths), refused('entry-refused', /home folder/));
});

test('a home that is itself a link is known by both names', () => {
  const paths = fakePaths({ '/home/ada': { real: '/disk2/ada' } });
  assert.throws(() => mount('/disk2/ada', 'ro', paths), refused('entry-refused', /home folder/));
  assert.throws(
    () => mount('/disk2/ada/.npmrc', 'ro', paths),
    refused('entry-refused', /hidden place|credentials/),
  );
  assert.throws(() => mount('/disk2', 'ro', paths), refused('entry-refused', /home folder/));
});

test('without a home in the environment the system stays refused', () => {
  for (const folder of ['/etc/ssl', '/root/.ssh', '/proc/1', '/usr/lib', '/var/lib/docker'])
    assert.throws(
      () => mount(folder, 'ro', fakePaths({}, ['/'])),
      refused('entry-refused', /system|credentials|hidden/),
      folder,
    );
});

test('a folder in a home below a system folder may be handed over, its keys may not', () => {
  const root = fakePaths({}, ['/root']);
  assert.ok(mount('/root/project', 'ro', root));
  assert.throws(() => mount('/root/.ssh', 'ro', root), refused('entry-refused', /hidden place|credentials/));
  assert.throws(() => mount('/root', 'ro', root), refused('entry-refused', /home/));
});

test('a folder with a socket in it is refused', () => {
  const paths = fakePaths({ '/srv/x': { socketInside: true } });
  assert.throws(() => mount('/srv/x', 'ro', paths), refused('entry-refused', /holds a socket/));
});

test('names that only look like a refused folder are fine', () => {
  for (const folder of [
    '/etcetera',
    '/home/ada/work/.sshfs',
    '/srv/usr',
    '/home/ada/work',
    '/library',
    '/opt/x',
  ])
    assert.ok(mount(folder), folder);
});

test('the real file system: a link to a system folder, a folder with a socket, a plain folder', async (t) => {
  const folder = temporaryFolder(t);
  const paths = hostPaths(path.join(folder, 'home'));
  assert.ok(paths.homes.includes(os.userInfo().homedir));
  symlinkSync('/etc', path.join(folder, 'link'));
  mkdirSync(path.join(folder, 'plain'));
  mkdirSync(path.join(folder, 'run'));
  const server = createServer().listen(path.join(folder, 'run/engine.sock'));
  await new Promise((resolve) => server.once('listening', resolve));
  try {
    assert.throws(
      () => mount(path.join(folder, 'link'), 'ro', paths),
      refused('entry-refused', /\/etc is part/),
    );
    assert.throws(() => mount(path.join(folder, 'run'), 'ro', paths), refused('entry-refused', /socket/));
    assert.throws(
      () => mount(path.join(folder, 'run/engine.sock'), 'ro', paths),
      refused('usage', /something else/),
    );
    assert.throws(() => mount(path.join(folder, 'none'), 'ro', paths), refused('usage', /nothing/));
    assert.ok(mount(path.join(folder, 'plain'), 'ro', paths));
    const owner = paths.ownerOf(path.join(folder, 'plain'));
    assert.deepEqual([owner?.uid, owner?.gid], [process.getuid?.(), process.getgid?.()]);
  } finally {
    server.close();
  }
});
