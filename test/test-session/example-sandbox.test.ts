import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Entry } from '../../src/catalog/entry.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { withExampleSandbox } from '../../src/test-session/example-sandbox.ts';

const entry = Entry.parse({
  name: 'thing',
  title: 'Thing',
  description: 'A thing.',
  categories: ['utilities'],
  repository: 'https://github.com/someone/thing',
  license: 'MIT',
  source: 'npm:thing',
  command: ['thing'],
  permissions: {
    mounts: [
      { name: 'config', target: '/config', description: 'Settings' },
      { name: 'data', target: '/data', mode: 'rw', description: 'Data' },
    ],
  },
  smoke: { files: { 'config/a.json': '{}', 'config/more/b.txt': 'b' } },
});

test('the folders of a test hold what the entry says, only that, and only as long', async () => {
  const folders = await withExampleSandbox(entry, async ({ mounts }) => {
    const [config, data] = mounts.map(({ source }) => source);
    assert.ok(config !== undefined && data !== undefined);
    assert.equal(readFileSync(path.join(config, 'a.json'), 'utf8'), '{}');
    assert.equal(readFileSync(path.join(config, 'more', 'b.txt'), 'utf8'), 'b');
    assert.equal(statSync(path.join(config, 'a.json')).mode & 0o777, 0o666, 'whoever the server runs as');
    assert.equal(existsSync(path.join(data, 'a.json')), false);
    return [config, data];
  });
  assert.deepEqual(
    folders.map((folder) => existsSync(folder)),
    [false, false],
  );
});

test('a single file of a test holds what the entry says, else nothing', async () => {
  const mounts = [
    { name: 'key', target: '/keys/key', kind: 'file', description: 'A key' },
    { name: 'empty', target: '/keys/empty', kind: 'file', mode: 'rw', description: 'A cache' },
  ];
  const files = Entry.parse({ ...entry, permissions: { mounts }, smoke: { files: { 'key/a.json': '{}' } } });
  await withExampleSandbox(files, async (sandbox) => {
    const [key = '', empty = ''] = sandbox.mounts.map(({ source }) => source);
    assert.equal(path.basename(key), 'a.json');
    assert.deepEqual(
      [key, empty].map((file) => readFileSync(file, 'utf8')),
      ['{}', ''],
    );
    await Promise.resolve();
  });
});

test("what a test hands over can lie as a user's own does: closed, or read-only", async () => {
  const owner = { uid: process.getuid?.(), mode: 0o700, access: 'ro' } as const;
  const look = async ({ mounts }: Sandbox): Promise<void> => {
    const [config, data] = mounts;
    const modeOf = (...parts: readonly string[]): number =>
      statSync(path.join(config?.source ?? '', ...parts)).mode & 0o777;
    assert.deepEqual([modeOf(), modeOf('more'), modeOf('a.json')], [0o700, 0o700, 0o600]);
    assert.deepEqual([config?.readOnly, data?.readOnly], [true, true]);
    await Promise.resolve();
  };
  // A server never works as root, and what is root's and closed it can't read.
  if (owner.uid === 0)
    await assert.rejects(withExampleSandbox(entry, look, { owner }), { code: 'entry-refused' });
  const plain = owner.uid === 0 ? { ...owner, uid: 1000 } : owner;
  await withExampleSandbox(entry, look, { owner: plain });
});

for (const file of ['config/../x.json', '/config/x.json', 'config', 'config//x', 'config/./x'])
  test(`"${file}" names no file in a folder`, () => {
    const wrong = { ...entry, smoke: { ...entry.smoke, files: { [file]: '' } } };
    assert.equal(Entry.safeParse(wrong).success, false);
  });
