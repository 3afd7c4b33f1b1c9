import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { blobOfBytes } from '../../src/registry/content/blob.ts';
import { imageManifestIn, indexIn, mediaType } from '../../src/registry/content/manifest.ts';
import { getManifest, headManifest } from '../../src/registry/content/manifests.ts';
import { readBlob } from '../../src/registry/content/read-blob.ts';
import { listTags } from '../../src/registry/content/tags.ts';
import { hasBlob, writeBlob } from '../../src/registry/content/write-blob.ts';
import { digestOf, parseDigest } from '../../src/registry/digest.ts';
import { pushImage, pushIndex } from '../../src/registry/push.ts';
import { client, packedImage, openRegistry, type OpenRegistry } from './rig.ts';

let real: OpenRegistry;
before(async () => {
  real = await openRegistry();
});
after(async () => real[Symbol.asyncDispose]());

const nothing = parseDigest(`sha256:${'0'.repeat(64)}`, 'test');

test('a pushed image is there by digest and by each tag, and its blobs come back as they were', async () => {
  const registry = client(real.host);
  await using image = await packedImage([[{ name: 'a', content: randomBytes(300_000) }], [{ name: 'b' }]]);
  const progress: number[] = [];
  const pushed = await pushImage(registry, image, {
    repository: 'cats/one',
    tags: ['1.2.3', '1.2', 'latest'],
    onProgress: (done, total) => progress.push(done / total),
  });
  assert.equal(pushed.digest, image.manifest.digest);
  assert.deepEqual(pushed.blobs, { present: 0, mounted: 0, sent: 3, 'sent-in-chunks': 0 });
  assert.equal(progress.at(-1), 1);
  assert.deepEqual(await listTags(registry, 'cats/one'), ['1.2', '1.2.3', 'latest']);
  for (const name of [pushed.digest, '1.2.3', '1.2', 'latest']) {
    assert.equal(await headManifest(registry, 'cats/one', name), pushed.digest);
  }
  const manifest = await getManifest(registry, 'cats/one', 'latest');
  assert.deepEqual(manifest.bytes, image.manifest.bytes);
  for (const layer of imageManifestIn(manifest, 'test').layers) {
    const content = await buffer(readBlob(registry, 'cats/one', layer));
    assert.equal(digestOf(content), layer.digest);
  }
});

test('a second push of the same image sends nothing', async () => {
  const registry = client(real.host);
  await using image = await packedImage([[{ name: 'twice', content: 'twice' }]]);
  await pushImage(registry, image, { repository: 'cats/twice', tags: ['1'] });
  const again = await pushImage(registry, image, { repository: 'cats/twice', tags: ['1', '2'] });
  assert.deepEqual(again.blobs, { present: 2, mounted: 0, sent: 0, 'sent-in-chunks': 0 });
  assert.equal(await headManifest(registry, 'cats/twice', '2'), image.manifest.digest);
});

test('layers that another repository has are mounted, not sent', async () => {
  const registry = client(real.host);
  await using image = await packedImage([[{ name: 'shared', content: randomBytes(1000) }]]);
  await pushImage(registry, image, { repository: 'cats/base', tags: [] });
  const pushed = await pushImage(registry, image, {
    repository: 'cats/child',
    tags: [],
    mountFrom: 'cats/base',
  });
  assert.deepEqual(pushed.blobs, { present: 0, mounted: 2, sent: 0, 'sent-in-chunks': 0 });
});

test('what is not there is undefined, false or an error that names it', async () => {
  const registry = client(real.host);
  assert.equal(await headManifest(registry, 'cats/none', 'latest'), undefined);
  assert.equal(await hasBlob(registry, 'cats/none', { mediaType: '', digest: nothing, size: 1 }), false);
  assert.deepEqual(await listTags(registry, 'cats/none'), []);
  await assert.rejects(getManifest(registry, 'cats/none', nothing), {
    code: 'image-missing',
    message: new RegExp(`cats/none@${nothing}`),
  });
});

test('an index leads to one image per platform, the same bytes in any order', async () => {
  const registry = client(real.host);
  await using amd = await packedImage([[{ name: 'x', content: 'amd' }]]);
  await using arm = await packedImage([[{ name: 'x', content: 'arm' }]], {
    config: { architecture: 'arm64', variant: 'v8' },
  });
  const target = { repository: 'cats/multi', tags: [] };
  const images = [await pushImage(registry, amd, target), await pushImage(registry, arm, target)];
  const digest = await pushIndex(registry, images, { ...target, tags: ['1'] });
  assert.equal(await pushIndex(registry, images.toReversed(), target), digest);
  const index = await getManifest(registry, 'cats/multi', '1');
  assert.equal(index.digest, digest);
  assert.deepEqual(
    indexIn(index, 'test').manifests.map(({ platform }) => platform),
    [
      { os: 'linux', architecture: 'amd64' },
      { os: 'linux', architecture: 'arm64', variant: 'v8' },
    ],
  );
});

test('the registry itself refuses a blob that does not match its digest', async () => {
  const blob = { ...blobOfBytes(mediaType.layer, Buffer.from('other')), digest: nothing };
  await assert.rejects(writeBlob(client(real.host), 'cats/wrong', { blob }), {
    code: 'registry-failed',
    message: /DIGEST_INVALID/,
  });
});

test('tags are read over several pages', async () => {
  const registry = client(real.host);
  await using image = await packedImage([[{ name: 'p', content: 'p' }]]);
  const tags = Array.from({ length: 12 }, (_, index) => `t${String(index)}`);
  await pushImage(registry, image, { repository: 'cats/pages', tags });
  assert.deepEqual(await listTags(registry, 'cats/pages', { pageSize: 5 }), tags.toSorted());
});
