import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { before, test } from 'node:test';
import { loadServer } from '../../src/catalog/load.ts';
import { pulledImage } from '../../src/catalog/quick-image.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { label } from '../../src/lib/labels.ts';
import { pushImage, pushIndex } from '../../src/registry/push.ts';
import { repackImage } from '../../src/registry/repack/repack.ts';
import { imageText } from '../catalog-index/rig.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { usedSurfaceSha256 } from '../../src/catalog-index/used-surface.ts';
import { client, realRegistry, type RealRegistry } from '../registry/rig.ts';
import { catalogSignature } from '../rig/catalog-signature.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { noneLeft, run, testEngine } from '../rig/engine.ts';
import { fixtureCatalog, type FixtureCatalog } from '../rig/fixture-catalog.ts';
import { keySigner } from '../rig/key-signer.ts';
import { talk } from '../rig/talk.ts';
import { attached, payloads } from '../trust/rig.ts';

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
let signature = '';
const signer = keySigner();

/** A signed catalog.json whose one image, signed too, is in a registry and no longer on the engine, and an address that serves it. */
before(
  async (t) => {
    assert.ok('after' in t);
    engine = await testEngine();
    opened.defer(() => noneLeft(engine, { [label.server]: name }));
    real = opened.use(await realRegistry());
    catalog = opened.use(await fixtureCatalog(engine, { none: '' }, 'catalog-index'));
    await using image = await repackImage(await engine.saveImage(catalog.imageOf(name)));
    const registry = client(real.host);
    const pushed = await pushImage(registry, image, { repository, tags: [] });
    const digest = await pushIndex(registry, [pushed], { repository, tags: ['1'] });
    pulled = pulledImage(name, { digest });
    opened.defer(() => engine.removeImage(pulled, { force: true }));
    const record = imageText({ repository: `${real.host}/${repository}`, digest });
    writeFileSync(path.join(catalog.folder, name, 'image.json'), record);
    writeFileSync(path.join(catalog.folder, 'signing.json'), JSON.stringify(signer.signing));
    const { entry } = await loadServer(catalog.folder, name);
    for (const payload of Object.values(
      payloads(
        { digest, manifests: [pushed.digest, pushed.digest] },
        entry,
        usedSurfaceSha256(path.join(catalog.folder, name)),
      ),
    ))
      await attached({ host: real.host, repository }, digest, signer.sign(payload));
    await engine.removeImage(catalog.imageOf(name), { force: true });
    file = path.join(temporaryFolder(t), 'catalog.json');
    const { code, stderr } = await run(['index', '--catalog', catalog.folder, '--out', file]);
    assert.equal(code, 0, stderr);
    const web = createServer((request, response) => {
      requests += 1;
      if (request.url !== '/catalog.json') return response.end(signature);
      if (request.headers['if-none-match'] === '"1"') return response.writeHead(304).end();
      return response.writeHead(200, { etag: '"1"' }).end(served);
    });
    opened.defer(() => void web.close());
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${String((web.address() as AddressInfo).port)}/catalog.json`;
  },
  { timeout },
);

function serve(text: string): void {
  served = text;
  signature = catalogSignature(text, signer);
}

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
  serve(readFileSync(file, 'utf8'));
  await answers(url, cache);
  assert.equal(requests, 2, 'the catalog and its signature');
  served = 'nobody is asked again';
  await answers(url, cache);
  await answers(url, cache);
  assert.equal(requests, 2);
});

test(
  'list, search, info and pull say the same from a folder, a file and an address',
  { timeout },
  async (t) => {
    const env = { XDG_CACHE_HOME: temporaryFolder(t) };
    serve(readFileSync(file, 'utf8'));
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

test(
  'what somebody else has signed is neither pulled nor started, unless its user does without, which ps shows',
  { timeout },
  async (t) => {
    const env = { XDG_CACHE_HOME: temporaryFolder(t) };
    const catalogJson = JSON.parse(readFileSync(file, 'utf8')) as object;
    const folder = temporaryFolder(t, {
      'catalog.json': JSON.stringify({ ...catalogJson, signing: keySigner().signing }),
    });
    const other = path.join(folder, 'catalog.json');
    await engine.removeImage(pulled, { force: true });
    const refused = await run(['pull', name, '--catalog', other], { env });
    assert.match(refused.stderr + refused.stdout, /is not signed by the catalog’s key/);
    assert.equal(await engine.inspectImage(pulled), undefined, 'nothing of it is here');
    assert.equal((await run(['pull', name, '--catalog', file], { env })).code, 0);
    const started = await run(['run', name, '--catalog', other], { env });
    assert.equal(started.code, 3);
    assert.match(started.stderr, /nothing was started: the image sha256:[0-9a-f]+ is not signed/);
    const words = [name, '--catalog', other, '--insecure-unverified', '--quiet'];
    const session = await talk(words, env);
    assert.match(session.stderr(), /catalog-index-none IS UNVERIFIED/);
    const { stdout } = await run(['ps', '--json']);
    const facts = JSON.parse(stdout) as { server: string; unverified?: boolean }[];
    assert.equal(facts.find(({ server }) => server === name)?.unverified, true);
    assert.match((await run(['ps'])).stdout, /verified/);
    await session.close();
    const offline = await run(['verify', name, '--catalog', file, '--offline', '--json'], { env });
    assert.equal((JSON.parse(offline.stdout) as { state: string }).state, 'verified');
  },
);

test('from a bundle a server starts where no registry answers', { timeout }, async (t) => {
  const folder = temporaryFolder(t);
  const bundle = path.join(folder, 'x.tar');
  const env = { XDG_CACHE_HOME: temporaryFolder(t) };
  writeFileSync(`${file}.sigstore.json`, catalogSignature(readFileSync(file, 'utf8'), signer));
  const made = await run(['bundle', 'create', name, '--out', bundle, '--catalog', file], { env });
  assert.equal(made.code, 0, made.stderr);
  await engine.removeImage(pulled, { force: true });
  const offline = { XDG_CACHE_HOME: temporaryFolder(t), MCPCAT_MIRROR_REGISTRY: '127.0.0.1:9/none' };
  const loaded = await run(['bundle', 'load', bundle, '--json'], { env: offline });
  assert.equal(loaded.code, 0, loaded.stderr);
  const { catalog: kept } = JSON.parse(loaded.stdout) as { catalog: string };
  opened.defer(() => rmSync(path.dirname(kept), { recursive: true }));
  const session = await talk([name, '--catalog', kept], offline);
  const { tools } = (await session.ask('tools/list', {})) as { tools: readonly object[] };
  assert.ok(tools.length > 0);
  await session.close();
  const verified = await run(['verify', name, '--catalog', kept, '--offline'], { env: offline });
  assert.match(verified.stdout, /: verified\n/);
});
