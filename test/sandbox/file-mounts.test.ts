import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { mountsOf } from '../../src/sandbox/mounts.ts';
import { hostPaths } from '../../src/sandbox/paths.ts';
import { sandboxOf } from '../../src/sandbox/policy.ts';
import { expectationsOf } from '../../src/smoke/expectations.ts';
import type { MountMode, Paths } from '../../src/sandbox/sandbox.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { entryOf, fakePaths, noOverrides, refused } from './fixtures.ts';

const entry = entryOf({
  permissions: {
    mounts: [
      { name: 'key', target: '/keys/key.json', kind: 'file', description: 'A key' },
      { name: 'cache', target: '/keys/cache.json', kind: 'file', mode: 'rw', description: 'A cache' },
      { name: 'docs', target: '/docs', description: 'Documents' },
    ],
  },
});

interface Request {
  readonly name?: string;
  readonly mode?: MountMode;
  readonly paths?: Paths;
}

const file = (hostPath: string, { name = 'key', mode, paths }: Request = {}): unknown =>
  mountsOf(entry, [{ name, hostPath, mode }], paths ?? filesAt(hostPath))[0]?.folder;
const filesAt = (hostPath: string, more: Parameters<typeof fakePaths>[2] = {}): Paths =>
  fakePaths({ [hostPath]: { file: true, identity: '1:2' } }, ['/home/ada'], more);

test('a single file is read-only and carried to process 1 by what it is', () => {
  assert.deepEqual(file('/srv/key.json'), {
    kind: 'bind',
    source: '/srv/key.json',
    target: '/keys/key.json',
    readOnly: true,
    identity: '1:2',
    file: true,
  });
});

test('a file is written only if the entry and the user both say so', () => {
  const readOnly = (name: string, mode?: MountMode): boolean | undefined =>
    mountsOf(entry, [{ name, hostPath: '/srv/x', mode }], filesAt('/srv/x'))[0]?.folder.readOnly;
  assert.deepEqual([readOnly('cache', 'rw'), readOnly('cache'), readOnly('key')], [false, true, true]);
  assert.throws(
    () => readOnly('key', 'rw'),
    refused('entry-refused', /^mount key: notes declares it read-only/),
  );
});

for (const place of [
  '/home/ada/.kube/config',
  '/home/ada/.config/gcloud/application_default_credentials.json',
  '/home/ada/.aws/credentials',
  '/home/ada/Library/Application Support/x/key.json',
  '/srv/project/ca.pem',
  '/etc/ssl/certs/ca-certificates.crt',
  '/usr/local/share/ca-certificates/company.crt',
])
  test(`${place} may be read by a server whose entry declares a file`, () => {
    assert.doesNotThrow(() => file(place));
  });

for (const place of [
  '/etc/shadow',
  '/etc/ssh/ssh_host_ed25519_key',
  '/etc/ssl/private/host.pem',
  '/etc/ssl/certs/host.key',
  '/proc/1/environ',
  '/run/secrets/token',
  '/root/.ssh/id_ed25519',
  '/var/lib/docker/x',
])
  test(`${place} is never handed over, as a file either`, () => {
    assert.throws(() => file(place), refused('entry-refused', /is part of the system/));
  });

for (const place of ['/home/other/.ssh/id_ed25519', '/home/other/.config/x/token', '/Users/eve/.kube/config'])
  test(`${place} is somebody else's and not handed over`, () => {
    assert.throws(() => file(place), refused('entry-refused', /holds credentials|hidden place of a home/));
  });

test("what lies open in somebody else's home may be read", () => {
  assert.doesNotThrow(() => file('/home/other/shared/ca.pem'));
});

test('a certificate of the system that not everybody may read is not handed over, and none for writing', () => {
  const place = '/etc/ssl/certs/x.pem';
  const closed = fakePaths({ [place]: { file: true, mode: 0o640 } });
  assert.throws(() => file(place, { paths: closed }), refused('entry-refused', /part of the system/));
  assert.throws(
    () => file(place, { name: 'cache', mode: 'rw' }),
    refused('entry-refused', /part of the system/),
  );
});

test("mcpcat's own files are never handed over", () => {
  const own = '/home/ada/.config/mcpcat';
  const paths = filesAt(`${own}/settings.json`, { ownFolders: [own] });
  assert.throws(() => file(`${own}/settings.json`, { paths }), refused('entry-refused', /what mcpcat keeps/));
});

test('a link is judged by where it leads', () => {
  const paths = fakePaths({ '/srv/key': { real: '/etc/shadow' }, '/etc/shadow': { file: true } });
  assert.throws(
    () => file('/srv/key', { paths }),
    refused('entry-refused', /\/etc\/shadow is part of the system/),
  );
});

for (const [place, why] of [
  ['/home/ada/.ssh/authorized_keys', /holds credentials: no file there/],
  ['/home/ada/.bashrc', /hidden place of a home/],
  ['/home/ada/.config/x/cache.json', /hidden place of a home/],
  ['/home/ada/bin/tool', /programs keep their data/],
  ['/srv/project/.vscode/tasks.json', /your machine runs by itself/],
  ['/srv/project/.git/config', /your machine runs by itself/],
  ['/opt/tools/x', /runs programs from/],
] as const)
  test(`${place} is not handed over for writing, but read-only and by rw-all`, () => {
    const paths = filesAt(place, { programFolders: ['/opt/tools'] });
    const ask = (mode?: MountMode): unknown =>
      file(place, { name: 'cache', paths, ...(mode ? { mode } : {}) });
    assert.throws(() => ask('rw'), refused('entry-refused', why));
    assert.throws(() => ask('rw'), { hint: /read-only.*rw-all/ });
    assert.doesNotThrow(() => ask());
    assert.doesNotThrow(() => ask('rw-all'));
  });

test('hooks and settings of a bare repository are not handed over for writing', () => {
  const repository = { '/srv/r.git': { holds: ['HEAD', 'objects/', 'hooks/', 'config', 'README'] } };
  const ask = (place: string): unknown =>
    file(place, { name: 'cache', mode: 'rw', paths: fakePaths({ ...repository, [place]: { file: true } }) });
  assert.throws(() => ask('/srv/r.git/hooks/post-update'), refused('entry-refused', /runs by itself/));
  assert.throws(() => ask('/srv/r.git/config'), refused('entry-refused', /runs by itself/));
  assert.doesNotThrow(() => ask('/srv/r.git/README'));
});

test('a folder where a file is declared is refused with what to name, and the other way round', () => {
  const folder = (): unknown => file('/srv/keys', { paths: fakePaths() });
  assert.throws(folder, refused('usage', /^mount key: expected a file, found a folder at \/srv\/keys$/));
  assert.throws(folder, { hint: /name the file itself/ });
  const single = (): unknown => file('/srv/a.txt', { name: 'docs' });
  assert.throws(single, refused('usage', /^mount docs: expected a folder, found a file at \/srv\/a.txt$/));
  assert.throws(single, { hint: /the folder that it lies in/ });
});

test('sockets, pipes and devices are no files', async (t) => {
  const root = temporaryFolder(t);
  const socket = path.join(root, 's');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  t.after(() => server.close());
  execFileSync('mkfifo', [path.join(root, 'pipe')]);
  symlinkSync('/dev/null', path.join(root, 'null'));
  const paths = hostPaths(path.join(root, 'home'));
  for (const name of ['s', 'pipe', 'null'])
    assert.throws(
      () => file(path.join(root, name), { paths }),
      refused('usage', /expected a file, found something else \(a socket, a device or a pipe\)/),
    );
});

test('a real file is handed over by its device and inode', (t) => {
  const root = temporaryFolder(t);
  mkdirSync(path.join(root, 'home', '.kube'), { recursive: true });
  const kubeconfig = path.join(root, 'home', '.kube', 'config');
  writeFileSync(kubeconfig, '{}');
  const { dev, ino } = statSync(kubeconfig);
  const [handed] = mountsOf(
    entry,
    [{ name: 'key', hostPath: kubeconfig, mode: undefined }],
    hostPaths(path.join(root, 'home')),
  );
  assert.equal(handed?.folder.identity, `${String(dev)}:${String(ino)}`);
});

interface Owned {
  readonly owner: string;
  readonly mode: number;
}

const userFor = (facts: Owned, mode?: MountMode): string =>
  sandboxOf(
    entry,
    { ...noOverrides, mounts: [{ name: 'cache', hostPath: '/srv/x', mode }] },
    fakePaths({ '/srv/x': { file: true, ...facts } }),
  ).user;

test('a file that only its owner may read, or that is for writing, has the server work as its owner', () => {
  assert.equal(userFor({ owner: '1000:1000', mode: 0o100600 }), '1000:1000');
  assert.equal(userFor({ owner: '1000:1000', mode: 0o100644 }), '65532:65532');
  assert.equal(userFor({ owner: '1000:1000', mode: 0o100644 }, 'rw'), '1000:1000');
  assert.equal(userFor({ owner: '1000:1000', mode: 0o100400 }), '1000:1000');
});

test("a file of root's that nobody else may read, and one its owner may not write, are refused with what to do", () => {
  const root = (): unknown => userFor({ owner: '0:0', mode: 0o100600 });
  assert.throws(root, refused('entry-refused', /can't read \/srv\/x \(of root, mode 600\)/));
  assert.throws(root, { hint: /hand over a file of your own, or chown 65532/ });
  const locked = (): unknown => userFor({ owner: '1000:1000', mode: 0o100400 }, 'rw');
  assert.throws(locked, refused('entry-refused', /can't write \/srv\/x \(of uid 1000, mode 400\)/));
  assert.throws(locked, { hint: /^chmod u\+rw \/srv\/x/ });
});

test('the probe of the sandbox tries no file as if it were a folder', () => {
  const sandbox = sandboxOf(
    entry,
    { ...noOverrides, mounts: [{ name: 'cache', hostPath: '/srv/x', mode: 'rw' }] },
    filesAt('/srv/x'),
  );
  const targets = expectationsOf(sandbox).map(({ attempt }) => attempt.target);
  assert.ok(targets.length > 0 && !targets.includes('/keys/cache.json'));
});
