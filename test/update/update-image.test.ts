import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { loadServer } from '../../src/catalog/load.ts';
import type { Server } from '../../src/catalog/server.ts';
import { pushImage } from '../../src/registry/push.ts';
import { updateImage } from '../../src/update/update-image.ts';
import { entryText } from '../catalog/entry-text.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { client, openRegistry, packedImage, type OpenRegistry } from '../registry/rig.ts';

let registry: OpenRegistry;
before(async () => void (registry = await openRegistry()));
after(() => registry[Symbol.asyncDispose]());

async function pushed(content: string): Promise<string> {
  await using image = await packedImage([[{ name: 'a', content }]]);
  const target = { repository: 'owner/server', tags: ['stable'] };
  return (await pushImage(client(registry.host), image, target)).digest;
}

async function entryOf(t: TestContext, source: string): Promise<Server> {
  const folder = temporaryFolder(t);
  mkdirSync(path.join(folder, 'fixture'));
  const text = `# Kept.\n${entryText('fixture', { changes: { source } })}`;
  writeFileSync(path.join(folder, 'fixture', 'server.yaml'), text);
  return loadServer(folder, 'fixture');
}

const request = { env: { DOCKER_CONFIG: '/nonexistent' }, emit: () => undefined };
const textOf = ({ folder }: Server): string => readFileSync(path.join(folder, 'server.yaml'), 'utf8');

test('the digest of the tag takes the place of the old one, and nothing else changes', async (t) => {
  const old = await pushed('old');
  const server = await entryOf(t, `oci:${registry.host}/owner/server:stable@${old}`);
  const text = textOf(server);
  assert.equal((await updateImage({ ...request, server, keep: true })).changed, false);
  const now = await pushed('new');
  const looked = await updateImage({ ...request, server, keep: false });
  assert.deepEqual([looked.from, looked.to, looked.changed], [old, now, true]);
  assert.equal(textOf(server), text);
  await updateImage({ ...request, server, keep: true });
  assert.equal(textOf(server), text.replace(old, now));
});

test('without a tag the digest is for good, and no registry is asked', async (t) => {
  const server = await entryOf(t, `oci:127.0.0.1:1/owner/server@sha256:${'0'.repeat(64)}`);
  assert.equal((await updateImage({ ...request, server, keep: true })).changed, false);
});

test('a tag that is gone is said', async (t) => {
  const digest = await pushed('x');
  const server = await entryOf(t, `oci:${registry.host}/owner/server:gone@${digest}`);
  await assert.rejects(updateImage({ ...request, server, keep: true }), {
    code: 'image-missing',
    message: /no registry has \S+owner\/server:gone any more/,
  });
});
