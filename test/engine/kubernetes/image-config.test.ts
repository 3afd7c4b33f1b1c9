import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { imageFacts } from '../../../src/engine/kubernetes/image-config.ts';
import { temporaryFolder } from '../../lib/temporary.ts';
import { openRegistry } from '../../registry/rig.ts';

const hex = 'a'.repeat(64);
const config = { os: 'linux', architecture: 'amd64', config: { Entrypoint: ['/mcpcat-init', '--', '/x'] } };

/** Nothing is there: what is known of it, is known from the cache. */
function of({ host }: { readonly host: string }): string {
  return `${host}/sample@sha256:${hex}`;
}

function cacheWith(context: TestContext, text: string): string {
  const cache = temporaryFolder(context);
  mkdirSync(path.join(cache, 'kubernetes/images'), { recursive: true });
  writeFileSync(path.join(cache, `kubernetes/images/${hex}.json`), text);
  return cache;
}

test('what was read of an image once is known without its registry', async (context) => {
  await using registry = await openRegistry();
  const cache = cacheWith(context, JSON.stringify(config));
  const facts = await imageFacts(of(registry), { env: {}, host: { owns: () => true }, cache });
  assert.deepEqual(facts.entrypoint, ['/mcpcat-init', '--', '/x']);
});

test('a file of another user says nothing of an image', async (context) => {
  await using registry = await openRegistry();
  const cache = cacheWith(context, JSON.stringify(config));
  const asked = imageFacts(of(registry), { env: {}, host: { owns: () => false }, cache });
  await assert.rejects(asked, { name: 'McpcatError', code: 'image-missing' });
});

test('a file that is half written or says something else is no configuration', async (context) => {
  await using registry = await openRegistry();
  for (const text of ['{"os":', '{}', 'null']) {
    const cache = cacheWith(context, text);
    const asked = imageFacts(of(registry), { env: {}, host: { owns: () => true }, cache });
    await assert.rejects(asked, { name: 'McpcatError', code: 'image-missing' });
  }
});
