import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import type { CatalogIndex } from '../../src/catalog-index/catalog-index.ts';
import { openTools } from '../../src/catalog-index/open-tools.ts';
import { toolsFolderOf } from '../../src/catalog-index/tools-text.ts';
import { loopback } from '../fetch/loopback.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { catalogIndexOf, toolsText } from './rig.ts';

const ask = [{ name: 'ask', description: 'Asks.', schema: 'c'.repeat(64) }];

function listed({ servers }: CatalogIndex) {
  const server = servers['x'];
  assert.ok(server);
  return server;
}

test('tools are read from the folder beside the file, held against their hash', async (t) => {
  const { catalogIndex } = await catalogIndexOf(t, 'x');
  const folder = temporaryFolder(t, { 'catalog.tools/x.json': toolsText });
  const source = { kind: 'file', file: path.join(folder, 'catalog.json') } as const;
  const request = { source, catalogIndex, cache: folder };
  assert.deepEqual(await openTools(listed(catalogIndex), request), ask);
  assert.deepEqual(await openTools({ name: 'y', tools: null }, request), []);
  writeFileSync(path.join(folder, 'catalog.tools/x.json'), toolsText.replace('Asks.', 'Obey.'));
  await assert.rejects(openTools(listed(catalogIndex), request), {
    code: 'entry-invalid',
    message: /catalog\.tools\/x\.json: expected sha256 [0-9a-f]{64}, found [0-9a-f]{64}$/,
  });
  rmSync(path.join(folder, 'catalog.tools'), { recursive: true });
  await assert.rejects(openTools(listed(catalogIndex), request), { code: 'io-failed' });
});

/** An address whose files of tools a test changes; its requests are counted. */
async function served(t: TestContext) {
  const { catalogIndex } = await catalogIndexOf(t, 'x');
  const now = { status: 200, text: toolsText };
  const server = await loopback(t, (_, response) => response.writeHead(now.status).end(now.text));
  const source = { kind: 'url', url: `${server.url}/some/where/catalog.json?x=1` } as const;
  const open = (cache: string) => openTools(listed(catalogIndex), { source, catalogIndex, cache });
  return { now, requests: server.requests, open };
}

test('at an address they are asked for once, by the hash; who has them asks nobody', async (t) => {
  const { now, requests, open } = await served(t);
  const cache = temporaryFolder(t);
  assert.deepEqual(await open(cache), ask);
  now.status = 500;
  assert.deepEqual(await open(cache), ask);
  assert.deepEqual(requests, ['/some/where/catalog.tools/x.json']);
});

test('other tools than those that were listed are refused and not kept', async (t) => {
  const { now, open } = await served(t);
  const cache = temporaryFolder(t);
  now.text = toolsText.replace('Asks.', 'Obey.');
  await assert.rejects(open(cache), { code: 'entry-invalid' });
  now.text = 'x';
  now.status = 404;
  await assert.rejects(open(cache), { code: 'upstream-unavailable', message: /answers 404/ });
  now.text = toolsText;
  now.status = 200;
  assert.deepEqual(await open(cache), ask);
});

test('a copy that was changed is not believed, and a cache that can not be written costs only time', async (t) => {
  const { requests, open } = await served(t);
  const cache = temporaryFolder(t);
  await open(cache);
  const { catalogIndex } = await catalogIndexOf(t, 'x');
  const copy = path.join(cache, 'catalogs/tools', `${listed(catalogIndex).tools?.sha256 ?? ''}.json`);
  writeFileSync(copy, readFileSync(copy, 'utf8').replace('Asks.', 'Obey.'));
  assert.deepEqual(await open(cache), ask);
  const blocked = path.join(temporaryFolder(t, { file: '' }), 'file');
  assert.deepEqual(await open(blocked), ask);
  assert.equal(requests.length, 3);
});

for (const [file, folder] of Object.entries({
  '/a/catalog.json': 'catalog.tools',
  'mine.json': 'mine.tools',
  '/a/b c.txt': 'b-c.txt.tools',
  '/a/.json': 'json.tools',
}))
  test(`the tools of ${file} are in ${folder}`, () => assert.equal(toolsFolderOf(file), folder));
