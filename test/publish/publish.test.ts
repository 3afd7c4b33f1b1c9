import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { Event } from '../../src/lib/event.ts';
import { headManifest } from '../../src/registry/content/manifests.ts';
import { indexIn } from '../../src/registry/content/manifest.ts';
import { getManifest } from '../../src/registry/content/manifests.ts';
import { listTags } from '../../src/registry/content/tags.ts';
import { faultyProxy } from '../registry/proxy.ts';
import { client, openRegistry, type OpenRegistry } from '../registry/rig.ts';
import { engineWith, entryAt, files, publish, variant } from './rig.ts';

let real: OpenRegistry;
before(async () => {
  real = await openRegistry();
});
after(() => real[Symbol.asyncDispose]());

const otherFiles = [...files, { name: 'app/more', content: 'more' }];

test('a verified image gets its digests, its tags and a record', async () => {
  await using own = await openRegistry();
  using entry = entryAt('1.2.3');
  await entry.prove();
  const { state, tags, sent, digest } = await publish(entry, { registry: client(own.host) });
  assert.deepEqual([state, tags], ['published', ['1.2.3', '1.2', 'latest']]);
  assert.equal(sent.blobs, 2);
  const record = await entry.record();
  assert.equal(record?.digest, digest);
  assert.equal(record?.repository, `${own.host}/test/echo`);
  assert.match(record?.published ?? '', /^\d{4}-\d{2}-\d{2}$/);
  assert.deepEqual(
    await listTags(client(own.host), 'test/echo'),
    ['1.2', '1.2.3', record?.inputs, 'latest'].sort(),
  );
  const platform = record?.platforms['linux/amd64'];
  const index = indexIn(await getManifest(client(own.host), 'test/echo', digest), 'index');
  assert.deepEqual(
    index.manifests.map((manifest) => [manifest.digest, manifest.platform]),
    [[platform?.digest, { os: 'linux', architecture: 'amd64' }]],
  );
  assert.equal(platform?.fingerprint, variant.fingerprint);
  assert.ok((platform?.bytes ?? 0) > (platform?.compressedBytes ?? 0));
});

test('what was published is not packed again, and nothing is sent', async () => {
  using entry = entryAt('1.2.3');
  await entry.prove();
  await using proxy = await faultyProxy(real.host, () => undefined);
  const registry = client(proxy.host);
  await publish(entry, { registry });
  const text = readFileSync(path.join(entry.folder, 'image.json'), 'utf8');
  proxy.seen.length = 0;
  const open = async (): Promise<never> => Promise.reject(new Error('packed'));
  const { state, sent } = await publish(entry, { registry, open });
  assert.deepEqual([state, sent], ['unchanged', { blobs: 0, bytes: 0 }]);
  assert.deepEqual([...new Set(proxy.seen.map(({ method }) => method))].sort(), ['GET', 'HEAD']);
  // Packed again from an image with other times: the same digest, so still nothing is sent.
  proxy.seen.length = 0;
  const again = await publish(entry, { registry, force: true });
  assert.deepEqual(again.sent, { blobs: 0, bytes: 0 });
  assert.ok(proxy.seen.every(({ method }) => method === 'GET' || method === 'HEAD'));
  assert.equal(readFileSync(path.join(entry.folder, 'image.json'), 'utf8'), text);
});

test('without a registry the digest is known beforehand, and it is the one that is published', async () => {
  using entry = entryAt('1.2.3');
  await entry.prove();
  const { state, digest, repository } = await publish(entry);
  assert.deepEqual([state, repository], ['recorded', null]);
  assert.equal((await entry.record())?.published, null);
  assert.equal((await publish(entry)).state, 'unchanged');
  const published = await publish(entry, { registry: client(real.host) });
  assert.equal(published.digest, digest);
  // Computing digests alone does not forget where it was published.
  assert.equal((await publish(entry, { force: true })).repository, `${real.host}/test/echo`);
});

test('tags that follow releases never move backwards', async () => {
  await using own = await openRegistry();
  const registry = client(own.host);
  const at = async (version: string, content: typeof files): Promise<readonly string[]> => {
    using entry = entryAt(version);
    await entry.prove();
    const engine = engineWith({ [variant.image]: { ...variant, files: content } });
    return (await publish(entry, { registry, engine })).tags;
  };
  assert.deepEqual(await at('1.2.3', files), ['1.2.3', '1.2', 'latest']);
  assert.deepEqual(await at('1.2.1', otherFiles), ['1.2.1']);
  assert.deepEqual(await at('1.1.9', otherFiles), ['1.1.9', '1.1']);
  assert.deepEqual(await at('2.0.0-rc.1', otherFiles), ['2.0.0-rc.1']);
  const latest = await headManifest(registry, 'test/echo', 'latest');
  assert.equal(latest, await headManifest(registry, 'test/echo', '1.2.3'));
  // Built anew from other inputs: the same release moves its own tags.
  assert.deepEqual(await at('1.2.3', otherFiles), ['1.2.3', '1.2', 'latest']);
  assert.notEqual(await headManifest(registry, 'test/echo', 'latest'), latest);
});

test('an image that is not verified as it is now is refused, and nothing reaches the registry', async () => {
  await using proxy = await faultyProxy(real.host, () => undefined);
  const registry = client(proxy.host);
  const unverified = { code: 'image-unverified' } as const;
  using entry = entryAt('1.2.3');
  await assert.rejects(publish(entry, { registry }), { ...unverified, message: /not verified/ });
  await entry.prove((proof) => ({ ...proof, image: { ...proof.image, fingerprint: 'f0' } }));
  await assert.rejects(publish(entry, { registry }), { ...unverified, message: /of another image/ });
  await entry.prove((proof) => ({
    ...proof,
    permissions: { ...proof.permissions, network: ['evil.example'] },
  }));
  await assert.rejects(publish(entry, { registry }), { ...unverified, message: /permissions have changed/ });
  await entry.prove();
  const stale = engineWith({ [variant.image]: { ...variant, fingerprint: 'f0', files } });
  await assert.rejects(publish(entry, { registry, engine: stale }), {
    ...unverified,
    message: /something else/,
  });
  const other = engineWith({ [variant.image]: { ...variant, platform: 'linux/arm64', files } });
  await assert.rejects(publish(entry, { registry, engine: other }), {
    ...unverified,
    message: /linux\/arm64/,
  });
  await assert.rejects(publish(entry, { registry, engine: engineWith({}) }), { code: 'image-missing' });
  assert.deepEqual(proxy.seen, []);
  assert.equal(await entry.record(), undefined);
});

test('both platforms go into one index, and a program for another machine keeps one out', async () => {
  const arm: typeof variant = {
    platform: 'linux/arm64',
    image: 'mcpcat/echo:local-arm64',
    fingerprint: 'f2',
  };
  const elf = (machine: number): Buffer => {
    const head = Buffer.alloc(64);
    head.write('\x7fELF\x02\x01', 'latin1');
    head.writeUInt16LE(machine, 18);
    return head;
  };
  const addon = (machine: number, name: string) => ({
    name: `app/node_modules/p/${name}`,
    content: elf(machine),
  });
  const attempt = async (more: typeof files): Promise<{ platforms: readonly string[]; said: string }> => {
    using entry = entryAt('1.2.3');
    await entry.prove();
    const events: Event[] = [];
    const engine = engineWith({
      [variant.image]: { ...variant, files: [...files, addon(62, 'x64.node')] },
      [arm.image]: { ...arm, files: [...files, ...more] },
    });
    const { platforms } = await publish(entry, { engine, variants: [variant, arm], events });
    return {
      platforms,
      said: events.flatMap((event) => (event.type === 'notice' ? event.message : [])).join(),
    };
  };
  const both = ['linux/amd64', 'linux/arm64'];
  assert.deepEqual(await attempt([]), { platforms: both, said: '' });
  const prebuilds = [addon(62, 'x64.node'), addon(183, 'arm64.node')];
  assert.deepEqual(await attempt(prebuilds), { platforms: both, said: '' });
  const { platforms, said } = await attempt([addon(62, 'x64.node')]);
  assert.deepEqual(platforms, ['linux/amd64']);
  assert.match(said, /not for linux\/arm64: app\/node_modules\/p\/x64\.node/);
});
