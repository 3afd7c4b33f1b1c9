import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { before, test } from 'node:test';
import { pulledImage } from '../../src/catalog/quick-image.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { label } from '../../src/lib/labels.ts';
import { pushImage } from '../../src/registry/push.ts';
import { repackImage } from '../../src/registry/repack/repack.ts';
import { imageText } from '../catalog-index/rig.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { client, realRegistry, type RealRegistry } from '../registry/rig.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { run, testEngine } from '../rig/engine.ts';
import { fixtureCatalog, type FixtureCatalog } from '../rig/fixture-catalog.ts';
import { talk } from '../rig/talk.ts';

const timeout = 300_000;
const name = 'catalog-index-none';
const repository = 'test/catalog-index';
const opened = closedAfterwards();
let engine: Engine;
let real: RealRegistry;
let catalog: FixtureCatalog;
let file: string;
let pulled: string;
let url: string;
let requests = 0;
let served = '';

/** A catalog.json whose one image is in a registry and no longer on the engine, and an address that serves it. */
before(
  async (t) => {
    assert.ok('after' in t);
    engine = await testEngine();
    opened.defer(async () => assert.deepEqual(await engine.listContainers({ [label.server]: name }), []));
    real = opened.use(await realRegistry());
    catalog = opened.use(await fixtureCatalog(engine, { none: '' }, 'catalog-index'));
    await using image = await repackImage(await engine.saveImage(catalog.imageOf(name)));
    const { digest } = await pushImage(client(real.host), image, { repository, tags: ['1'] });
    pulled = pulledImage(name, { digest });
    opened.defer(() => engine.removeImage(pulled, { force: true }));
    const record = imageText({ repository: `${real.host}/${repository}`, digest });
    writeFileSync(path.join(catalog.folder, name, 'image.json'), record);
    await engine.removeImage(catalog.imageOf(name), { force: true });
    file = path.join(temporaryFolder(t), 'catalog.json');
    const { code, stderr } = await run(['index', '--catalog', catalog.folder, '--out', file]);
    assert.equal(code, 0, stderr);
    const web = createServer((request, response) => {
      requests += 1;
      if (request.headers['if-none-match'] === '"1"') return response.writeHead(304).end();
      return response.writeHead(200, { etag: '"1"' }).end(served);
    });
    opened.defer(() => void web.close());
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${String((web.address() as AddressInfo).port)}/catalog.json`;
  },
  { timeout },
);

async function answers(source: string, cache: string): Promise<void> {
  const session = await talk([name, '--catalog', source], { XDG_CACHE_HOME: cache });
  const { tools } = (await session.ask('tools/list', {})) as { tools: readonly object[] };
  assert.ok(tools.length > 0);
  await session.close();
}

test(
  'run takes a server from a catalog.json, and its image by the digest that stands there',
  { timeout },
  async (t) => {
    const cache = temporaryFolder(t);
    assert.equal(await engine.inspectImage(pulled), undefined);
    await answers(file, cache);
    assert.notEqual(await engine.inspectImage(pulled), undefined);
    await answers(file, cache);
  },
);

test('from an address it starts again without asking the address or the registry', { timeout }, async (t) => {
  const cache = temporaryFolder(t);
  served = readFileSync(file, 'utf8');
  await answers(url, cache);
  assert.equal(requests, 1);
  served = 'nobody is asked again';
  await answers(url, cache);
  await answers(url, cache);
  assert.equal(requests, 1);
});

test(
  'list, search, info and pull say the same from a folder, a file and an address',
  { timeout },
  async (t) => {
    const env = { XDG_CACHE_HOME: temporaryFolder(t) };
    served = readFileSync(file, 'utf8');
    const from = async (source: string, ...args: readonly string[]): Promise<string> => {
      const { code, stdout, stderr } = await run([...args, '--catalog', source], { env });
      assert.equal(code, 0, stderr);
      return stdout;
    };
    for (const args of [
      ['list', '--json'],
      ['search', 'fixture'],
      ['pull', name, '--json'],
    ]) {
      const expected = await from(catalog.folder, ...args);
      assert.equal(await from(file, ...args), expected);
      assert.equal(await from(url, ...args), expected);
    }
    const { image } = JSON.parse(await from(url, 'info', name, '--json')) as {
      image: { reference: string; digest: string };
    };
    assert.equal(image.reference, pulled);
    assert.match(image.digest, /^sha256:/);
  },
);
