import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import tar from 'tar-stream';
import { baseImage, loadBaseImage } from '../../src/base/base-image.ts';
import { fileEntry, folderEntry, layerOf } from '../../src/base/layer.ts';
import { mergePackages } from '../../src/base/merge-packages.ts';
import type { DebEntry } from '../../src/debian/deb/deb-entry.ts';
import { repackImage } from '../../src/registry/repack/repack.ts';

const link = (name: string, linkName: string, type: 'symlink' | 'hardlink' = 'symlink'): DebEntry => ({
  ...fileEntry(name, '', 0o777),
  type,
  linkName,
});
const files = [
  fileEntry('usr/bin/b', 'program', 0o4755),
  link('usr/bin/a', 'usr/bin/b', 'hardlink'),
  link('lib', 'usr/lib'),
  fileEntry(`usr/share/${'long/'.repeat(60)}file`, 'deep'),
  folderEntry('tmp', 0o1777),
];
const config = { platform: 'linux/arm64', env: ['PATH=/usr/bin'], user: '65532:65532', labels: { a: 'b' } };

async function entriesOf(pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<tar.Header[]> {
  const found: tar.Header[] = [];
  for await (const entry of Readable.from(pieces, { objectMode: false }).pipe(tar.extract())) {
    entry.resume();
    found.push(entry.header);
  }
  return found;
}

test('a layer is the same whatever the order of its files, sorted, owned by root, without times or set-uid bits', async () => {
  const layer = layerOf(files);
  assert.equal(layerOf(files.toReversed()).digest, layer.digest);
  const entries = await entriesOf(layer.pieces());
  const names = entries.map(({ name }) => name.replace(/\/$/, ''));
  assert.deepEqual(names, names.toSorted());
  assert.ok(names.includes('usr/share/long'), 'folders above a file are made');
  for (const { uid, gid, mtime, mode, uname } of entries) {
    assert.deepEqual([uid, gid, mtime?.getTime(), uname], [0, 0, 0, '']);
    assert.equal((mode ?? 0) & 0o6000, 0);
  }
  const first = entries.find(({ name }) => name === 'usr/bin/a');
  const second = entries.find(({ name }) => name === 'usr/bin/b');
  assert.deepEqual([first?.type, first?.size, first?.mode], ['file', 7, 0o755]);
  assert.deepEqual([second?.type, second?.linkname], ['link', 'usr/bin/a']);
});

test('an image is what a registry would get of it: the same configuration, byte for byte', async () => {
  const image = baseImage(layerOf(files), config);
  let archive = Buffer.alloc(0);
  const engine = {
    async loadImage(given: Readable): Promise<string> {
      archive = await buffer(given);
      return 'loaded';
    },
  };
  await loadBaseImage(engine, { image, reference: 'mcpcat/base-x:1' });
  await using packed = await repackImage(Readable.from([archive]));
  assert.equal(packed.config.digest, image.id);
  assert.deepEqual(packed.platform, { os: 'linux', architecture: 'arm64' });
});

test('packages become one tree: folders join, the same file counts once, old places lead into usr', () => {
  const shared = fileEntry('usr/share/x', 'same');
  const tree = mergePackages([
    { subject: 'a 1', entries: [folderEntry('usr', 0o700), shared, link('bin', 'usr/bin')] },
    {
      subject: 'b 1',
      entries: [
        folderEntry('usr'),
        shared,
        fileEntry('bin/tool', 't'),
        link('sbin/t', 'bin/tool', 'hardlink'),
      ],
    },
  ]);
  assert.deepEqual([...tree.keys()].toSorted(), ['bin', 'usr', 'usr/bin/tool', 'usr/sbin/t', 'usr/share/x']);
  assert.equal(tree.get('usr')?.mode, 0o700);
  assert.equal(tree.get('usr/sbin/t')?.linkName, 'usr/bin/tool');
});

test('two packages with another file of one name, or a file beneath a link, are refused by name', () => {
  const merge = (...entries: DebEntry[]): unknown =>
    mergePackages(entries.map((entry, index) => ({ subject: `p${String(index)} 1`, entries: [entry] })));
  assert.throws(() => merge(fileEntry('usr/x', 'a'), fileEntry('usr/x', 'b')), {
    code: 'package-refused',
    message: 'p1 1: "usr/x" is in p0 1 as well',
  });
  assert.throws(() => merge(link('etc', '/run/x'), fileEntry('etc/passwd', 'b')), {
    code: 'package-refused',
    message: 'p1 1: "etc/passwd" lies beneath "etc", which is no folder',
  });
});
