import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import tar from 'tar-stream';
import { repackImage, type PackedImage } from '../../src/registry/repack/repack.ts';
import { packedImage, savedImage, tarOf, type File } from './rig.ts';

async function layerBytes(image: PackedImage, index = 0): Promise<Buffer> {
  const blob = await image.layers[index]?.open();
  assert.ok(blob);
  return Buffer.from(await blob.arrayBuffer());
}

interface Unpacked {
  readonly header: tar.Header;
  readonly content: Buffer;
}

async function unpacked(image: PackedImage, index = 0): Promise<Unpacked[]> {
  const extract = tar.extract();
  Readable.from([gunzipSync(await layerBytes(image, index))]).pipe(extract);
  const entries: Unpacked[] = [];
  for await (const entry of extract) entries.push({ header: entry.header, content: await buffer(entry) });
  return entries;
}

const long = `${'folder/'.repeat(30)}${'n'.repeat(120)}`;

function files(build: number): File[] {
  const mtime = new Date(1_700_000_000_000 + build * 1000);
  const own = { mtime, uname: `user${String(build)}` };
  const listed: File[] = [
    { ...own, name: 'app', type: 'directory', mode: 0o755 },
    { ...own, name: 'app/server.js', content: 'x'.repeat(100_000), uid: 65532 },
    { ...own, name: 'app/.wh.old', content: '' },
    { ...own, name: 'app/.wh..wh..opq', content: '' },
    { ...own, name: 'app/link', type: 'symlink', linkname: 'server.js' },
    { ...own, name: long, content: 'long' },
    { ...own, name: 'etc/tmp', type: 'directory', mode: 0o1777 },
    {
      ...own,
      name: 'bin/ping',
      content: 'p',
      pax: {
        'SCHILY.xattr.security.capability': 'cap\u0001',
        mtime: `${String(1_700_000_000 + build)}.123`,
        'SCHILY.xattr.security.selinux': 'x',
      },
    },
  ];
  return build % 2 === 0 ? listed : listed.toReversed();
}

test('two builds that differ in order, times and names of users give the same bytes', async () => {
  await using first = await packedImage([files(0)], {
    config: { created: 'now', history: [{ created: 'a' }], container: 'x' },
  });
  await using second = await packedImage([files(1)], {
    config: { docker_version: '99', config: { Image: 'y', Cmd: ['/a'], Labels: null } },
  });
  assert.equal(first.manifest.digest, second.manifest.digest);
  assert.deepEqual(await layerBytes(first), await layerBytes(second));
});

test('entries are sorted, times clamped, owners numeric, whiteouts, modes and capabilities kept', async () => {
  await using image = await packedImage([files(1)], { epoch: 1_600_000_000 });
  const entries = await unpacked(image);
  const names = entries.map(({ header }) => header.name.replace(/\/$/, ''));
  assert.deepEqual(names, [
    'app',
    'app/.wh..wh..opq',
    'app/.wh.old',
    'app/link',
    'app/server.js',
    'bin/ping',
    'etc/tmp',
    long,
  ]);
  assert.deepEqual(
    new Set(entries.map(({ header }) => header.mtime?.getTime())),
    new Set([1_600_000_000_000]),
  );
  assert.deepEqual(new Set(entries.map(({ header }) => header.uname)), new Set(['']));
  const byName = new Map(entries.map((entry) => [entry.header.name.replace(/\/$/, ''), entry]));
  assert.equal(byName.get('app/server.js')?.header.uid, 65532);
  assert.equal(byName.get('app/server.js')?.content.toString(), 'x'.repeat(100_000));
  assert.equal(byName.get('etc/tmp')?.header.mode, 0o1777);
  assert.equal(byName.get('app/link')?.header.linkname, 'server.js');
  assert.deepEqual(byName.get('bin/ping')?.header.pax, { 'SCHILY.xattr.security.capability': 'cap\u0001' });
  assert.equal(byName.get('app')?.header.pax, null);
});

test('a time before the epoch stays', async () => {
  await using image = await packedImage([[{ name: 'old', mtime: new Date(5000) }]], { epoch: 1000 });
  assert.equal((await unpacked(image))[0]?.header.mtime?.getTime(), 5000);
});

test('of several names of one file the first holds it, whichever the engine saved', async () => {
  const link = (name: string, linkname: string): File => ({ name, linkname, type: 'link' });
  await using one = await packedImage([[{ name: 'b', content: 'B' }, link('a', 'b'), link('c', 'a')]]);
  await using two = await packedImage([[{ name: 'c', content: 'B' }, link('b', 'c'), link('a', 'b')]]);
  assert.equal(one.manifest.digest, two.manifest.digest);
  assert.deepEqual(
    (await unpacked(one)).map(({ header, content }) => [
      header.name,
      header.type,
      header.linkname,
      content.toString(),
    ]),
    [
      ['a', 'file', null, 'B'],
      ['b', 'link', 'a', ''],
      ['c', 'link', 'a', ''],
    ],
  );
});

test('an independent reader (GNU tar) agrees with what is written', async () => {
  await using image = await packedImage([files(0)]);
  const list = execFileSync('tar', ['--numeric-owner', '-tvzf', '-'], {
    input: await layerBytes(image),
    env: { ...process.env, TZ: 'UTC' },
  });
  const lines = list.toString().trim().split('\n');
  assert.equal(lines.length, 8);
  assert.match(lines[4] ?? '', /^-rw-r--r-- 65532\/0 +100000 1970-01-01 00:00 app\/server.js$/);
  assert.ok(lines[7]?.endsWith(long));
});

test('the gzip header holds no time and no system', async () => {
  await using image = await packedImage([[{ name: 'a' }]]);
  assert.deepEqual([...(await layerBytes(image)).subarray(0, 10)], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
});

test('the configuration says how to run the image and nothing of its build', async () => {
  const config = {
    created: '2026-01-01T00:00:00Z',
    config: {
      User: '1:1',
      Env: ['B=2', 'A=1'],
      Cmd: [],
      Labels: { z: '1', a: '2' },
      Image: 'sha256:x',
      Hostname: 'h',
      ExposedPorts: { '1/tcp': {} },
    },
    history: [{ created: 'x', created_by: 'RUN date' }, { empty_layer: true }],
  };
  await using image = await packedImage([[{ name: 'a' }], []], { config, epoch: 3 });
  const text = await (await image.config.open()).text();
  const diffId = /sha256:[0-9a-f]{64}/.exec(text)?.[0] ?? '';
  assert.equal(
    text,
    `{"architecture":"amd64","config":{"Env":["B=2","A=1"],"ExposedPorts":{"1/tcp":{}},"Labels":{"a":"2","z":"1"},"User":"1:1"},"created":"1970-01-01T00:00:03Z","history":[{"created_by":"mcpcat"}],"os":"linux","rootfs":{"diff_ids":["${diffId}"],"type":"layers"}}`,
  );
  assert.equal(image.layers.length, 1);
});

test('a compressed layer gives the same image as a plain one', async () => {
  const plain = await tarOf(files(0));
  const archive = async (layer: Buffer): Promise<Readable> =>
    Readable.from([
      await tarOf([
        { name: 'blobs/sha256/l', content: layer },
        { name: 'c', content: JSON.stringify({ os: 'linux', architecture: 'amd64' }) },
        { name: 'manifest.json', content: JSON.stringify([{ Config: 'c', Layers: ['blobs/sha256/l'] }]) },
      ]),
    ]);
  const { gzipSync } = await import('node:zlib');
  await using one = await repackImage(await archive(plain));
  await using two = await repackImage(await archive(gzipSync(plain)));
  assert.equal(one.manifest.digest, two.manifest.digest);
});

test('damaged archives and names that leave the image are refused, and nothing is left behind', async () => {
  const scratch = mkdtempSync(path.join(tmpdir(), 'mcpcat-scratch-'));
  try {
    const whole = await buffer(await savedImage([[{ name: 'big', content: randomBytes(200_000) }]]));
    const cut = Readable.from([whole.subarray(0, 100_000)]);
    await assert.rejects(repackImage(cut, { scratch }), { code: 'io-failed' });
    await assert.rejects(repackImage(Readable.from(['no tar at all'.repeat(100)]), { scratch }), {
      code: 'io-failed',
    });
    await assert.rejects(repackImage(await savedImage([[{ name: '../../etc/x' }]]), { scratch }), {
      code: 'io-failed',
      message: /leaves the image/,
    });
    const failing = new Readable({
      read() {
        this.destroy(new Error('the engine went away'));
      },
    });
    await assert.rejects(repackImage(failing, { scratch }), { code: 'io-failed', message: /went away/ });
    const aborted = AbortSignal.abort();
    await assert.rejects(repackImage(await savedImage([[{ name: 'a' }]]), { scratch, signal: aborted }), {
      code: 'cancelled',
    });
    assert.deepEqual(readdirSync(scratch), []);
  } finally {
    rmSync(scratch, { recursive: true });
  }
});
