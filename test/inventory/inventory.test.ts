import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { loadServer } from '../../src/catalog/load.ts';
import { inventoryOf } from '../../src/inventory/inventory.ts';
import { debSource } from '../../src/inventory/deb.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import { catalogInventory } from '../rig/inventory.ts';

const catalog = path.resolve('catalog');
const platforms = ['linux/amd64', 'linux/arm64'] as const;

for (const name of ['chrome-devtools', 'time', 'github', 'git'])
  for (const platform of platforms)
    test(`the inventory of ${name} for ${platform} holds every file that its lock names for it, and no loose ends`, async () => {
      const { lock } = await loadServer(catalog, name);
      const { components, dependsOn } = await catalogInventory(name, platform);
      const urls = new Set(components.map(({ url }) => url));
      const wanted = (lock?.artifacts ?? [])
        .filter(({ platforms: only }) => only?.includes(platform) ?? true)
        .filter((artifact) => artifact.kind !== 'go' || artifact.sum !== undefined);
      assert.deepEqual(
        wanted.map(({ url }) => url).filter((url) => !urls.has(url)),
        [],
      );
      const refs = new Set(components.map(({ ref }) => ref));
      const all = [...dependsOn, ...components.flatMap((component) => component.dependsOn)];
      assert.deepEqual(
        all.filter((ref) => !refs.has(ref)),
        [],
      );
      assert.equal(refs.size, components.length);
    });

test('the runtime is named as advisories know it', async () => {
  const node = (await catalogInventory('memory')).components.find(({ kind }) => kind === 'runtime');
  assert.match(node?.cpe ?? '', /^cpe:2\.3:a:nodejs:node\.js:24\./);
  const library = (await catalogInventory('github')).components.find(({ name }) => name === 'stdlib');
  assert.match(library?.purl ?? '', /^pkg:golang\/stdlib@1\.\d+/);
});

test('a Debian package knows the source that advisories name', () => {
  const pool = '/debian-security/pool/updates/main/b/brotli/libbrotli1_1.1.0-2%2Bdeb13u1_amd64.deb';
  assert.deepEqual(debSource({ name: 'libbrotli1', version: '1.1.0-2+deb13u1+b1', pool }), {
    name: 'brotli',
    version: '1.1.0-2+deb13u1',
  });
});

test('what has no lock is refused', async () => {
  const server = await loadServer(catalog, 'time');
  const request = { templates: path.resolve('templates'), platform: 'linux/amd64' } as const;
  await assert.rejects(inventoryOf({ ...server, lock: undefined }, request), (error) => {
    assert.ok(error instanceof McpcatError);
    assert.equal(error.code, 'lock-missing');
    return true;
  });
  const digest = `sha256:${'0'.repeat(64)}`;
  const entry = { ...server.entry, source: `oci:registry.example/owner/server@${digest}` };
  await assert.rejects(inventoryOf({ ...server, entry, lock: undefined }, request), (error) => {
    assert.ok(error instanceof McpcatError);
    assert.equal(error.code, 'entry-refused');
    return true;
  });
});
