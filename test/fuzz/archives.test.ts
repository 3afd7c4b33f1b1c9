/**
 * Broken and swollen archives for each reader of one: `docker save` archives, layers, npm tarballs, wheels. An error of
 * ours or a result; nothing outside the folder; never more than a bound, however much it would unpack to.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { strToU8, zipSync } from 'fflate';
import tar from 'tar-stream';
import { filesOfTarball, filesOfZip } from '../../src/package/unpack.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import { repackImage } from '../../src/registry/repack/repack.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { effort } from './effort.ts';
import { mutatedBytes } from './mutate.ts';
import { randomOf } from './random.ts';

const timeout = 120_000;
/** Milliseconds are not asserted; a target that never ends runs into `timeout`. */
const inputs = effort(200);

type Entries = readonly (readonly [name: string, content: string | Buffer])[];

async function tarOf(entries: Entries, more: Partial<tar.Header> = {}): Promise<Buffer> {
  const pack = tar.pack();
  const done = buffer(pack);
  for (const [name, content] of entries) pack.entry({ name, ...more }, content);
  pack.finalize();
  return done;
}

async function savedImage(): Promise<Buffer> {
  const layer = await tarOf([
    ['bin/x', 'program'],
    ['etc/a-name-that-is-longer-than-one-hundred-bytes/'.repeat(3), 'b'],
  ]);
  const config = { architecture: 'amd64', os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids: [] } };
  return tarOf([
    ['layer.tar', layer],
    ['config.json', JSON.stringify(config)],
    ['manifest.json', JSON.stringify([{ Config: 'config.json', Layers: ['layer.tar'] }])],
  ]);
}

/** A tarball of 80 MB in 80 kB, made once. */
let swollenTarball: Promise<Buffer> | undefined;

function swollen(): Promise<Buffer> {
  const make = async (): Promise<Buffer> => {
    const small = gzipSync(await tarOf([['package/data.bin', Buffer.alloc(80 << 20)]]), { level: 9 });
    assert.ok(small.length < 400_000);
    return small;
  };
  swollenTarball ??= make();
  return swollenTarball;
}

/** Ours, or a bug. */
function known(error: unknown): void {
  assert.ok(error instanceof McpcatError, error instanceof Error ? error.stack : String(error));
}

interface Place {
  readonly outer: string;
  readonly inner: string;
}

/** Two folders deep, so that what leaves the inner one is seen. */
function place(t: TestContext): Place {
  const outer = temporaryFolder(t);
  const inner = path.join(outer, 'a', 'b');
  mkdirSync(inner, { recursive: true });
  return { outer, inner };
}

function nothingOutside({ outer, inner }: Place): void {
  assert.deepEqual(readdirSync(outer), ['a']);
  assert.deepEqual(readdirSync(path.join(outer, 'a')), ['b']);
  assert.deepEqual(readdirSync(inner), []);
}

/** A checksum that fits, or every change would die at it. */
function withSums(archive: Buffer): Buffer {
  for (let at = 0; at + 512 <= archive.length; at += 512) {
    if (archive.toString('latin1', at + 257, at + 262) !== 'ustar') continue;
    archive.fill(0x20, at + 148, at + 156);
    const sum = archive.subarray(at, at + 512).reduce((all, byte) => all + byte, 0);
    archive.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148, 'latin1');
  }
  return archive;
}

test('a broken image archive is repacked or refused, and writes nowhere else', { timeout }, async (t) => {
  const random = randomOf(30);
  const where = place(t);
  const seed = await savedImage();
  let refused = 0;
  for (let index = 0; index < inputs; index++) {
    const bytes = withSums(mutatedBytes(seed, random));
    try {
      await using image = await repackImage(Readable.from([bytes]), { scratch: where.inner });
      assert.ok(image.layers.length <= 1);
    } catch (error) {
      known(error);
      refused++;
    }
    nothingOutside(where);
  }
  assert.ok(refused > 10 && refused < inputs, String(refused));
});

for (const name of ['../out', '/out', 'a/../../out', '../../out', './../out'])
  test(`an image archive with "${name}" in it writes nothing there`, { timeout }, async (t) => {
    const where = place(t);
    const layer = await tarOf([[name, 'x']]);
    for (const archive of [
      await tarOf([
        [name, 'x'],
        ['manifest.json', JSON.stringify([{ Config: name, Layers: [name] }])],
      ]),
      await tarOf([
        ['l', layer],
        ['c', '{"architecture":"amd64","os":"linux"}'],
        ['manifest.json', '[{"Config":"c","Layers":["l"]}]'],
      ]),
    ]) {
      try {
        await using _ = await repackImage(Readable.from([archive]), { scratch: where.inner });
      } catch (error) {
        known(error);
      }
      nothingOutside(where);
      assert.equal(existsSync('/out'), false);
    }
  });

test(
  'a layer whose header gives a size below nothing is refused, and not read for ever',
  { timeout },
  async (t) => {
    const where = place(t);
    const layer = await tarOf([
      ['a', 'x'],
      ['b', 'y'],
    ]);
    // Base 256, -512: the next header would be this one.
    Buffer.from('fffffffffffffffffffffe00', 'hex').copy(layer, 1024 + 124);
    const archive = await tarOf([
      ['l', withSums(layer)],
      ['c', '{"architecture":"amd64","os":"linux"}'],
      ['manifest.json', '[{"Config":"c","Layers":["l"]}]'],
    ]);
    await assert.rejects(repackImage(Readable.from([archive]), { scratch: where.inner }), {
      code: 'io-failed',
    });
    nothingOutside(where);
  },
);

test('broken packages give their files or an error of ours', { timeout }, async (t) => {
  const random = randomOf(31);
  const folder = temporaryFolder(t);
  const plain = await tarOf([
    ['package/package.json', '{}'],
    ['package/index.js', 'x'.repeat(2000)],
    ['package/../../../out.js', 'y'],
  ]);
  const zip = Buffer.from(zipSync({ 'a/index.py': strToU8('x'.repeat(3000)), '../../out.py': strToU8('y') }));
  const file = path.join(folder, 'package.tgz');
  let read = 0;
  for (let index = 0; index < inputs; index++) {
    try {
      if (index % 2 === 0) writeFileSync(file, gzipSync(withSums(mutatedBytes(plain, random)), { level: 1 }));
      else writeFileSync(file, mutatedBytes(gzipSync(plain), random));
      await filesOfTarball(file);
      read++;
    } catch (error) {
      known(error);
    }
    try {
      filesOfZip(mutatedBytes(zip, random), (name) => name);
      read++;
    } catch (error) {
      known(error);
    }
    assert.deepEqual(readdirSync(folder), ['package.tgz']);
  }
  assert.ok(read > inputs / 20, String(read));
});

test(
  'packages that unpack to a thousand times their size are refused before they do',
  { timeout },
  async (t) => {
    const file = path.join(temporaryFolder(t), 'package.tgz');
    // Not worth reading by its name, so that nothing but the bound stops it.
    writeFileSync(file, await swollen());
    await assert.rejects(filesOfTarball(file), { code: 'io-failed', message: /unpacks to more than/ });
  },
);

test('a package of very many files is refused', { timeout }, async (t) => {
  const file = path.join(temporaryFolder(t), 'package.tgz');
  const one = (await tarOf([['package/a.js', '']])).subarray(0, 512);
  writeFileSync(
    file,
    gzipSync(Buffer.concat([...Array.from({ length: 60_000 }, () => one), Buffer.alloc(1024)])),
  );
  await assert.rejects(filesOfTarball(file), { code: 'io-failed', message: /more than .* files/ });
});

test('a wheel that says less than it unpacks to gives no more than it said, or an error of ours', () => {
  const zip = Buffer.from(zipSync({ 'a.py': [new Uint8Array(5 << 20), { level: 9 }] }));
  const central = zip.lastIndexOf(Buffer.from('504b0102', 'hex'));
  zip.writeUInt32LE(100, central + 24);
  try {
    for (const { text } of filesOfZip(zip, (name) => name))
      assert.ok(text.length <= 100, String(text.length));
  } catch (error) {
    known(error);
  }
});

test('a layer that unpacks to a thousand times its size is refused', { timeout }, async (t) => {
  const where = place(t);
  const archive = await tarOf([
    ['l', await swollen()],
    ['c', '{"architecture":"amd64","os":"linux"}'],
    ['manifest.json', '[{"Config":"c","Layers":["l"]}]'],
  ]);
  await assert.rejects(repackImage(Readable.from([archive]), { scratch: where.inner }), {
    code: 'io-failed',
    message: /unpacks to more than/,
  });
  nothingOutside(where);
});
