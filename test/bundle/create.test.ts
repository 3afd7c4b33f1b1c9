import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import tar from 'tar-stream';
import { BundleFacts } from '../../src/bundle/bundle-file.ts';
import { imageManifestIn, indexIn } from '../../src/registry/content/manifest.ts';
import { digestOf } from '../../src/registry/digest.ts';
import { keySigner } from '../../src/sign/key.ts';
import { entryAt, publish, type Entry } from '../publish/rig.ts';
import { emptyTrustedRoot, signingKey, signingOf, twoPlatforms } from '../publish/signed-image.ts';
import { faultyProxy } from '../registry/proxy.ts';
import { client, openRegistry, type OpenRegistry } from '../registry/rig.ts';
import type { Ran } from '../rig/engine.ts';
import { runHere } from '../rig/in-process.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-bundle-'));
const at = (name: string): string => path.join(folder, name);
const pem = signingKey();
const key = keySigner(pem, 'a test');
let registry: OpenRegistry;
let entry: Entry;
let catalog: string;

before(async () => {
  writeFileSync(at('root.json'), emptyTrustedRoot);
  registry = await openRegistry();
  entry = entryAt('1.2.3');
  catalog = path.dirname(entry.folder);
  await entry.prove();
  const tools = [{ name: 'say', description: 'Says it.', schema: 'a'.repeat(64) }];
  writeFileSync(path.join(entry.folder, 'tools.json'), JSON.stringify({ tools }));
  await publish(entry, {
    registry: client(registry.host),
    ...twoPlatforms,
    signing: await signingOf(entry, key),
  });
  writeFileSync(path.join(catalog, 'signing.json'), JSON.stringify(await key.who()));
});
after(async () => {
  rmSync(folder, { recursive: true, force: true });
  entry[Symbol.dispose]();
  await registry[Symbol.asyncDispose]();
});

async function create(out: string, ...args: string[]): Promise<Ran> {
  return createFrom(catalog, out, ...args);
}

async function createFrom(from: string, out: string, ...args: string[]): Promise<Ran> {
  const env = { HOME: folder, MCPCAT_TRUSTED_ROOT: at('root.json'), DOCKER_CONFIG: '/nonexistent' };
  return runHere(['bundle', 'create', 'echo', '--out', at(out), '--catalog', from, ...args], env);
}

async function filesIn(file: string): Promise<ReadonlyMap<string, Buffer>> {
  const found = new Map<string, Buffer>();
  const reader = Readable.from([readFileSync(file)]).pipe(tar.extract());
  for await (const item of reader) found.set(item.header.name, await buffer(item));
  return found;
}

test('a bundle is an OCI layout with every blob that is named in it, and the catalog beside', async () => {
  const { code, stdout, stderr } = await create('one.tar');
  assert.equal(code, 0, stderr);
  assert.match(stdout, /echo for linux\/amd64 and linux\/arm64, .*; each verified/);
  const files = await filesIn(at('one.tar'));
  const names = [...files.keys()];
  assert.deepEqual(names.slice(0, 5), [
    'oci-layout',
    'mcpcat/bundle.json',
    'mcpcat/catalog.json',
    'mcpcat/catalog.tools/echo.json',
    'mcpcat/trusted_root.json',
  ]);
  assert.equal(names[5], 'index.json');
  const read = (name: string): Buffer => files.get(name) ?? assert.fail(`${name} is missing`);
  for (const [name, bytes] of files)
    if (name.startsWith('blobs/')) assert.equal(`blobs/sha256/${digestOf(bytes).slice(7)}`, name);
  const blob = (digest: string): Buffer => read(`blobs/sha256/${digest.slice(7)}`);
  const facts = BundleFacts.parse(JSON.parse(read('mcpcat/bundle.json').toString()));
  const record = await entry.record();
  assert.deepEqual(facts.servers, {
    echo: { repository: `${registry.host}/test/echo`, digest: record?.digest },
  });
  assert.deepEqual(facts.platforms, ['linux/amd64', 'linux/arm64']);
  const { manifests } = indexIn({ bytes: read('index.json'), mediaType: '' }, 'index.json');
  const [root, ...statements] = manifests;
  assert.deepEqual(
    [root?.digest, root?.annotations],
    [record?.digest, { 'org.opencontainers.image.ref.name': 'echo' }],
  );
  // 4 about the index, 5 about what was tested, 4 about the other; each is an artifact of its own.
  assert.equal(statements.length, 13);
  const images = indexIn({ bytes: blob(root?.digest ?? ''), mediaType: '' }, 'index').manifests;
  for (const { digest } of [...images, ...statements]) {
    const { config, layers } = imageManifestIn({ bytes: blob(digest), mediaType: '' }, digest);
    for (const part of [config, ...layers]) assert.equal(blob(part.digest).length, part.size);
  }
  assert.match(read('mcpcat/catalog.json').toString(), /"signing": \{"publicKey"/);
});

test('the registry is asked for the index, each image and each list once, however many platforms there are', async () => {
  const asked: string[] = [];
  await using proxy = await faultyProxy(registry.host, ({ method, url }) => {
    if (/\/(?:manifests|referrers)\//.test(url)) asked.push(`${method} ${url.replace(/^.*\/(?=[mr])/, '')}`);
    return undefined;
  });
  const record = path.join(entry.folder, 'image.json');
  const unproxied = readFileSync(record, 'utf8');
  writeFileSync(record, unproxied.replace(registry.host, proxy.host));
  const { code, stderr } = await create('once.tar');
  writeFileSync(record, unproxied);
  assert.equal(code, 0, stderr);
  assert.ok(asked.length > 5, 'the proxy was asked');
  assert.deepEqual(
    asked.filter((one, index) => asked.indexOf(one) !== index),
    [],
  );
});

test('the same servers give the same bytes', async () => {
  assert.equal((await create('a.tar')).code, 0);
  assert.equal((await create('b.tar')).code, 0);
  assert.ok(readFileSync(at('a.tar')).equals(readFileSync(at('b.tar'))));
});

test('one platform leaves out the others and what is said of them, and keeps the index as it is signed', async () => {
  assert.equal((await create('amd64.tar', '--platform', 'linux/amd64')).code, 0);
  const files = await filesIn(at('amd64.tar'));
  const record = await entry.record();
  const has = (digest = ''): boolean => files.has(`blobs/sha256/${digest.slice(7)}`);
  assert.ok(has(record?.digest));
  assert.ok(has(record?.platforms['linux/amd64']?.digest));
  assert.ok(!has(record?.platforms['linux/arm64']?.digest));
  const { code, stderr } = await create('none.tar', '--platform', 'linux/s390x');
  assert.equal(code, 3);
  assert.match(stderr, /expected an image for linux\/s390x, found linux\/amd64, linux\/arm64/);
});

/** A catalog.json of the folder, signed by a key that the folder names for as long as that takes. */
async function signedCatalog(name: string, signingPem: string): Promise<string> {
  const file = path.join(catalog, 'signing.json');
  const kept = readFileSync(file, 'utf8');
  writeFileSync(file, JSON.stringify(await keySigner(signingPem, 'a test').who()));
  const env = { HOME: folder, MCPCAT_SIGNING_KEY: signingPem };
  const { code, stderr } = await runHere(['index', '--sign', '--catalog', catalog, '--out', at(name)], env);
  assert.equal(code, 0, stderr);
  writeFileSync(file, kept);
  return at(name);
}

test('a signed catalog.json goes in as it is, byte by byte, with its signature', async () => {
  const file = await signedCatalog('ours.json', pem);
  const { code, stderr } = await createFrom(file, 'signed.tar');
  assert.equal(code, 0, stderr);
  const files = await filesIn(at('signed.tar'));
  assert.deepEqual(files.get('mcpcat/catalog.json'), readFileSync(file));
  assert.deepEqual(files.get('mcpcat/catalog.json.sigstore.json'), readFileSync(`${file}.sigstore.json`));
});

test('a catalog at an address goes in as it was fetched, with the signature that came with it', async () => {
  const file = await signedCatalog('catalog.json', pem);
  const asked: (string | undefined)[] = [];
  const site = createServer(({ url = '' }, response) => {
    asked.push(url);
    const place = at(url.slice(1));
    if (!existsSync(place)) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': 'application/json' }).end(readFileSync(place));
  }).listen(0, '127.0.0.1');
  await once(site, 'listening');
  const { port } = site.address() as AddressInfo;
  try {
    const { code, stderr } = await createFrom(`http://127.0.0.1:${String(port)}/catalog.json`, 'address.tar');
    assert.equal(code, 0, stderr);
    const files = await filesIn(at('address.tar'));
    assert.deepEqual(files.get('mcpcat/catalog.json'), readFileSync(file));
    assert.deepEqual(files.get('mcpcat/catalog.json.sigstore.json'), readFileSync(`${file}.sigstore.json`));
    const tools = [...files.keys()].filter((name) => name.startsWith('mcpcat/catalog.tools/'));
    assert.deepEqual(tools, ['mcpcat/catalog.tools/echo.json']);
    assert.ok(asked.includes('/catalog.tools/echo.json'));
  } finally {
    site.closeAllConnections();
    site.close();
  }
});

test('an image that the signer of its catalog has not signed does not go in', async () => {
  const file = await signedCatalog('theirs.json', signingKey());
  const { code, stderr } = await createFrom(file, 'refused.tar');
  assert.equal(code, 3, stderr);
  assert.match(stderr, /echo/);
  assert.ok(!existsSync(at('refused.tar')));
});

test('an image that was changed on its way is refused, and the file that was there stays', async () => {
  await using proxy = await faultyProxy(registry.host, ({ url }) =>
    url.includes('/blobs/') ? { kind: 'flip' } : undefined,
  );
  const file = path.join(entry.folder, 'image.json');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace(registry.host, proxy.host));
  rmSync(path.join(catalog, 'signing.json'));
  writeFileSync(at('there.tar'), 'as it was');
  try {
    const { code, stderr } = await create('there.tar');
    assert.equal(code, 3);
    assert.match(stderr, /expected sha256:[0-9a-f]{64}, found sha256:/);
    assert.equal(readFileSync(at('there.tar'), 'utf8'), 'as it was');
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.includes('.part')),
      [],
    );
  } finally {
    writeFileSync(file, text);
    writeFileSync(path.join(catalog, 'signing.json'), JSON.stringify(await key.who()));
  }
});

test('without a signer in the catalog a bundle says that nobody has signed', async () => {
  rmSync(path.join(catalog, 'signing.json'));
  const { code, stdout } = await create('unsigned.tar');
  assert.equal(code, 0);
  assert.match(stdout, /NOT SIGNED/);
});
