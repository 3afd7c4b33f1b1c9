import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { attachArtifacts, type Artifact } from '../../src/registry/content/attach.ts';
import { blobOfBytes } from '../../src/registry/content/blob.ts';
import { getManifest, headManifest, putManifest } from '../../src/registry/content/manifests.ts';
import { listReferrers } from '../../src/registry/content/referrers.ts';
import { listTags } from '../../src/registry/content/tags.ts';
import { hexOf, parseDigest } from '../../src/registry/digest.ts';
import { pushImage } from '../../src/registry/push.ts';
import type { Registry } from '../../src/registry/registry.ts';
import { MemoryRegistry } from './memory-registry.ts';
import { faultyProxy } from './proxy.ts';
import { client, packedImage, openRegistry, type OpenRegistry } from './rig.ts';

let real: OpenRegistry;
before(async () => {
  real = await openRegistry();
});
after(async () => real[Symbol.asyncDispose]());

function artifactOf(text: string): Artifact {
  return {
    artifactType: 'application/vnd.test+json',
    layers: [blobOfBytes('application/json', Buffer.from(text))],
    annotations: { about: text },
  };
}

test('artifacts are attached and listed through the fallback tag where the referrers API is missing', async () => {
  const registry = client(real.host);
  await using image = await packedImage([[{ name: 'signed', content: 'me' }]]);
  const subject = await pushImage(registry, image, { repository: 'cats/signed', tags: [] });
  assert.deepEqual(await listReferrers(registry, 'cats/signed', subject.digest), []);
  const attach = async (...texts: string[]): Promise<readonly string[]> =>
    attachArtifacts(registry, 'cats/signed', { subject, artifacts: texts.map(artifactOf) });
  const digests = [...(await attach('"proof"', '"sbom"')), ...(await attach('"proof"'))];
  assert.equal(digests[0], digests[2]);
  assert.notEqual(digests[0], digests[1]);
  const listed = await listReferrers(registry, 'cats/signed', subject.digest);
  assert.deepEqual(
    listed.map(({ digest }) => digest),
    [...new Set(digests)].sort(),
  );
  assert.equal(listed[0]?.artifactType, 'application/vnd.test+json');
  assert.deepEqual(await listTags(registry, 'cats/signed'), [`sha256-${hexOf(subject.digest)}`]);
});

test('writers that attach to one image at once lose nothing of each other', async () => {
  const registry = client(real.host);
  await using image = await packedImage([[{ name: 'signed', content: 'by many' }]]);
  const subject = await pushImage(registry, image, { repository: 'cats/many', tags: [] });
  const writers = ['a', 'b', 'c'].map((writer) => ['1', '2'].map((text) => artifactOf(writer + text)));
  const attached = await Promise.all(
    writers.map(async (artifacts) => attachArtifacts(client(real.host), 'cats/many', { subject, artifacts })),
  );
  const listed = await listReferrers(registry, 'cats/many', subject.digest);
  assert.deepEqual(
    listed.map(({ digest }) => digest),
    attached.flat().sort(),
  );
});

test('a writer that read the list before we wrote, and replaces it after we looked, is noticed', async () => {
  const registry = client(real.host);
  await using image = await packedImage([[{ name: 'signed', content: 'by two' }]]);
  const subject = await pushImage(registry, image, { repository: 'cats/two', tags: [] });
  const tag = `sha256-${hexOf(subject.digest)}`;
  const attachAt = async (at: Registry, text: string): Promise<readonly string[]> =>
    attachArtifacts(at, 'cats/two', { subject, artifacts: [artifactOf(text)] });
  const [theirs] = await attachAt(registry, 'theirs');
  const earlier = await getManifest(registry, 'cats/two', tag);
  // The first look finds nothing of ours, the second all of it; before the third the other's list of before comes.
  let looks = 0;
  await using between = await faultyProxy(real.host, async ({ method, url }) => {
    if (method === 'HEAD' && url.endsWith(tag) && ++looks === 3)
      await putManifest(registry, 'cats/two', { manifest: earlier, as: tag });
    return undefined;
  });
  const [ours] = await attachAt(client(between.host), 'ours');
  assert.ok(looks > 3, 'the list was looked at again');
  const listed = await listReferrers(registry, 'cats/two', subject.digest);
  assert.deepEqual(new Set(listed.map(({ digest }): string => digest)), new Set([theirs, ours]));
});

test('where the registry knows conditions, a list that another has changed is not replaced but read again', async () => {
  const registry = client(real.host);
  await using image = await packedImage([[{ name: 'signed', content: 'on condition' }]]);
  const subject = await pushImage(registry, image, { repository: 'cats/conditions', tags: [] });
  const attachAt = async (at: Registry, text: string): Promise<readonly string[]> =>
    attachArtifacts(at, 'cats/conditions', { subject, artifacts: [artifactOf(text)] });
  await attachAt(registry, 'first');
  const tag = `sha256-${hexOf(subject.digest)}`;
  const state = `"${(await headManifest(registry, 'cats/conditions', tag)) ?? ''}"`;
  const conditions: unknown[] = [];
  await using strict = await faultyProxy(real.host, ({ method, url, headers }) => {
    if (method !== 'PUT' || !url.endsWith(tag)) return undefined;
    conditions.push(headers['if-match']);
    return conditions.length === 1 ? { kind: 'answer', status: 412 } : undefined;
  });
  await attachAt(client(strict.host), 'second');
  assert.deepEqual(conditions, [state, state]);
  assert.equal((await listReferrers(registry, 'cats/conditions', subject.digest)).length, 2);
});

test('a list that others keep replacing is an error in the end, and no endless loop', async () => {
  const registry = client(real.host);
  await using image = await packedImage([[{ name: 'signed', content: 'in vain' }]]);
  const subject = await pushImage(registry, image, { repository: 'cats/vain', tags: [] });
  const tag = `sha256-${hexOf(subject.digest)}`;
  // It answers that it has it, and forgets it.
  await using forgetful = await faultyProxy(real.host, ({ method, url }) =>
    method === 'PUT' && url.endsWith(tag) ? { kind: 'answer', status: 201 } : undefined,
  );
  await assert.rejects(
    attachArtifacts(client(forgetful.host, { retryPolicy: { firstWait: 1 } }), 'cats/vain', {
      subject,
      artifacts: [artifactOf('ours')],
    }),
    { code: 'registry-failed', message: /keep replacing the list/ },
  );
  assert.equal(forgetful.seen.filter(({ method, url }) => method === 'PUT' && url.endsWith(tag)).length, 20);
});

test('a registry with the referrers API lists them itself, over several pages, and gets no tag', async () => {
  await using newer = await new MemoryRegistry(undefined, { referrersPage: 2 }).listen();
  const registry = client(newer.host);
  await using image = await packedImage([[{ name: 'signed', content: 'by the API' }]]);
  const subject = await pushImage(registry, image, { repository: 'cats/api', tags: [] });
  assert.deepEqual(await listReferrers(registry, 'cats/api', subject.digest), []);
  const artifacts = ['1', '2', '3', '4', '5'].map(artifactOf);
  const attached = await attachArtifacts(registry, 'cats/api', { subject, artifacts });
  const listed = await listReferrers(registry, 'cats/api', subject.digest);
  assert.deepEqual(new Set(listed.map(({ digest }) => digest)), new Set(attached));
  assert.equal(listed[0]?.annotations?.['about'], '1');
  assert.deepEqual(await listTags(registry, 'cats/api'), []);
});

test('a list of referrers that does not end is refused', async () => {
  const subject = parseDigest(`sha256:${'a'.repeat(64)}`, 'test');
  const type = 'application/vnd.oci.image.index.v1+json';
  const headers = {
    'content-type': type,
    link: `</v2/cats/endless/referrers/${subject}?from=1>; rel="next"`,
  };
  const body = JSON.stringify({ schemaVersion: 2, mediaType: type, manifests: [] });
  await using endless = await faultyProxy(real.host, () => ({ kind: 'answer', status: 200, headers, body }));
  await assert.rejects(listReferrers(client(endless.host), 'cats/endless', subject), {
    code: 'registry-failed',
    message: /the list does not end/,
  });
});
