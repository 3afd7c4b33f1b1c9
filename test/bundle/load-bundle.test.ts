import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import { gatherImage, type GatheredImage } from '../../src/bundle/gather-image.ts';
import { attachedStatements } from '../../src/bundle/attached-statements.ts';
import { BundleArchive } from '../../src/bundle/bundle-archive.ts';
import { loadBundle, type LoadRequest } from '../../src/bundle/load-bundle.ts';
import { writeBundle } from '../../src/bundle/write-bundle.ts';
import { gatherCatalogIndex } from '../../src/catalog-index/gather.ts';
import type { EngineInfo } from '../../src/engine/engine.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import { mediaType as typeOf } from '../../src/registry/content/manifest.ts';
import { digestOf, type Digest } from '../../src/registry/digest.ts';
import type { CatalogPin } from '../../src/settings/catalog-pins.ts';
import { readVerdict } from '../../src/trust/verdict.ts';
import { entryText } from '../catalog/entry-text.ts';
import { imageText } from '../catalog-index/rig.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { client } from '../registry/rig.ts';
import { catalogSignature, type Dates } from '../rig/catalog-signature.ts';
import { keySigner } from '../rig/key-signer.ts';
import { entryOfTest, more, repository, requestFor, signedRig } from '../trust/rig.ts';

interface Changes {
  /** Listed as attached, whatever they are. */
  readonly attached?: (image: GatheredImage) => readonly string[];
  readonly dates?: Dates;
  readonly change?: (text: string) => string;
  readonly signature?: 'absent' | 'of another';
  readonly signing?: object;
}

/** A bundle of a server that is signed, made from a registry on loopback, and an engine that has nothing. */
async function rig(t: TestContext) {
  const made = await signedRig(t);
  const { host, digest, signer } = made;
  const folder = temporaryFolder(t);
  const [cache, data] = [temporaryFolder(t), temporaryFolder(t)];
  const write = async ({
    dates,
    change = (text) => text,
    attached,
    signature,
    signing = signer.signing,
  }: Changes = {}) => {
    const source = temporaryFolder(t, {
      'echo/server.yaml': entryText('echo', { more }),
      'echo/image.json': imageText({ digest, repository: `${host}/${repository}` }),
      'signing.json': JSON.stringify(signing),
    });
    const text = change(JSON.stringify((await gatherCatalogIndex(source)).catalogIndex));
    const by = signature === 'of another' ? keySigner() : signer;
    const texts = new Map([['mcpcat/catalog.json', text]]);
    if (signature !== 'absent')
      texts.set('mcpcat/catalog.json.sigstore.json', catalogSignature(text, by, dates));
    const gathered = await gatherImage({ registry: client(host), repository, digest, platforms: undefined });
    const image = (attached?.(gathered) ?? []).reduce(withAttached, gathered);
    const file = path.join(folder, 'x.mcpcat');
    await writeBundle(file, {
      servers: [{ name: 'echo', repository: `${host}/${repository}`, image }],
      texts,
    });
    return file;
  };
  const images: string[] = [];
  const engine: LoadRequest['engine'] = {
    endpoint: 'unix:///run/engine.sock',
    info: async () => Promise.resolve({ platform: 'linux/amd64' } as unknown as EngineInfo),
    inspectImage: async () => Promise.resolve(undefined),
    async loadImage(archive: Readable) {
      const content = await buffer(archive);
      const name = /"RepoTags":\["([^"]+)"\]/.exec(content.toString('latin1'))?.[1] ?? '';
      images.push(name);
      return name;
    },
  };
  const said: string[] = [];
  const say = (line: string): void => void said.push(line);
  const load = (file: string, pins: readonly CatalogPin[] = []) =>
    loadBundle({
      file,
      engine,
      trust: { data, unsigned: 'refused', env: {}, pins: () => Promise.resolve(pins) },
      cache,
      say,
    });
  return { ...made, write, load, images, cache, said };
}

function withAttached(image: GatheredImage, text: string): GatheredImage {
  const bytes = Buffer.from(text);
  const content = { digest: digestOf(bytes), size: bytes.length };
  const { manifest: mediaType, empty: artifactType } = typeOf;
  return {
    ...image,
    attached: [{ ...content, mediaType, artifactType }, ...image.attached],
    contents: [...image.contents, { ...content, read: () => Readable.from([bytes]) }],
  };
}

async function refuses(
  { load, images }: Pick<Awaited<ReturnType<typeof rig>>, 'load' | 'images'>,
  file: string,
  { says, code = 'signature-refused' }: { readonly says: RegExp; readonly code?: string },
): Promise<void> {
  await assert.rejects(load(file), (error) => {
    assert.ok(error instanceof McpcatError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, says);
    return true;
  });
  assert.deepEqual(images, [], 'something was loaded');
}

test('a bundle is loaded without a network, its catalog kept, and its verdict found by the start', async (t) => {
  const { write, load, images, cache, host, digest, signer } = await rig(t);
  const loaded = await load(await write());
  assert.deepEqual(
    images,
    loaded.servers.map(({ image }) => image),
  );
  assert.match(images[0] ?? '', /^mcpcat\/echo:sha256-/);
  const { servers } = JSON.parse(readFileSync(loaded.catalog, 'utf8')) as { servers: object };
  assert.deepEqual(Object.keys(servers), ['echo']);
  const subject = requestFor({ host, digest }, { signing: signer.signing, cache });
  assert.ok(readVerdict({ ...subject, entry: entryOfTest() }));
});

test('a bundle whose catalog is unsigned, changed, another’s or expired loads nothing', async (t) => {
  const made = await rig(t);
  await refuses(made, await made.write({ signature: 'absent' }), { says: /its signature is not beside it/ });
  await refuses(made, await made.write({ signature: 'of another' }), {
    says: /is not signed by the catalog’s key/,
  });
  const expired = await made.write({ dates: { created: -90, expires: -30 } });
  await refuses(made, expired, { says: /expired on/, code: 'catalog-expired' });
  const other = await made.write({ signing: keySigner().signing });
  await refuses(made, other, { says: /is not signed by/ });
});

test('who signs a bundle can be said before, and at first sight it is said who did', async (t) => {
  const { write, load, images, signer, said } = await rig(t);
  const file = await write();
  const pin = { signers: [keySigner().signing], minNumber: 0, place: 'release.pub' };
  await assert.rejects(load(file, [pin]), {
    code: 'signature-refused',
    message: /release\.pub expects it signed by the key sha256:[0-9a-f]+, found the key sha256:/,
  });
  assert.deepEqual([images, said], [[], []]);
  await load(file, [{ ...pin, signers: [signer.signing] }]);
  assert.match(
    said.join('\n'),
    /is new here: it is signed by the key sha256:[0-9a-f]+, as release\.pub says/,
  );
  said.length = 0;
  await load(file);
  assert.deepEqual(said, []);
});

test('an older bundle of the same signer is refused', async (t) => {
  const made = await rig(t);
  await made.load(await made.write({ dates: { number: 5 } }));
  made.images.length = 0;
  const older = await made.write({ dates: { number: 4 } });
  await refuses(made, older, { says: /expected number 5 or higher, found 4/ });
});

test('an entry that permits more than was signed for its image loads nothing', async (t) => {
  const made = await rig(t);
  const wider = await made.write({ change: (text) => text.replace('*.example.com:443', '*') });
  await refuses(made, wider, { says: /its entry permits more than was signed/ });
});

test('a bundle with another image than its catalog names loads nothing', async (t) => {
  const made = await rig(t);
  const other = `sha256:${'0'.repeat(64)}`;
  const file = await made.write({ change: (text) => text.replaceAll(made.digest, other) });
  await refuses(made, file, { says: new RegExp(`echo: expected the image ${other}, found ${made.digest}`) });
});

test('what is attached and says of nothing that it is about it is left out, whatever it holds', async (t) => {
  for (const attached of ['{', 'null', '{"subject":1}']) {
    const { write, load, images } = await rig(t);
    await load(await write({ attached: () => [attached] }));
    assert.equal(images.length, 1, attached);
  }
});

test('a blob that was changed is caught at its digest, wherever it is, and a cut file is none', async (t) => {
  const made = await rig(t);
  const file = await made.write();
  const bytes = readFileSync(file);
  const manifest = bytes.indexOf(
    '"mediaType":"application/vnd.oci.image.index.v1+json"',
    bytes.indexOf('blobs/sha256/'),
  );
  const changed = Buffer.from(bytes);
  changed.write('X', manifest + 3);
  writeFileSync(file, changed);
  await refuses(made, file, { says: /expected sha256:/, code: 'integrity-mismatch' });
  writeFileSync(file, bytes.subarray(0, bytes.length - 3000));
  await refuses(made, file, { says: /is no bundle/, code: 'io-failed' });
});

test('what is no bundle is refused: other names, one name twice, no archive at all', async (t) => {
  const made = await rig(t);
  const file = await made.write();
  const bytes = readFileSync(file);
  const body = bytes.subarray(0, bytes.length - 1024);
  const named = (name: string): Buffer => {
    const header = Buffer.from(body.subarray(0, 512));
    header.fill(0, 0, 100).write(name, 0, 'latin1');
    header.fill(32, 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    return header;
  };
  const size = Number.parseInt(body.subarray(124, 136).toString(), 8);
  const content = body.subarray(512, 512 + Math.ceil(size / 512) * 512);
  for (const name of ['../../etc/passwd', 'mcpcat/a/b/c', 'blobs/sha256/short', 'oci-layout']) {
    writeFileSync(file, Buffer.concat([body, named(name), content, Buffer.alloc(1024)]));
    await refuses(made, file, { says: /is no bundle: (?:it holds|.*leaves the image)/, code: 'io-failed' });
  }
  writeFileSync(file, 'no archive');
  await refuses(made, file, { says: /is no bundle/, code: 'io-failed' });
});

test('what is attached a thousand times is read once, and what can be no statement is left out', async (t) => {
  const { write, load, images, digest } = await rig(t);
  const read = t.mock.method(BundleArchive.prototype, 'layerText').mock;
  await load(await write());
  const plain = read.callCount();
  /** Manifests about the same image with the same layer: few bytes in the file, as many as one likes to read. */
  const many = ({ statements: [layer] }: GatheredImage): readonly string[] => {
    const about = (at: number, ...layers: object[]): string =>
      JSON.stringify({ subject: { digest }, config: { ...layer, mediaType: 'x' }, layers, at });
    const one = { digest: layer?.digest, size: layer?.size, mediaType: 'x' };
    const texts = Array.from({ length: 100 }, (_, at) => about(at, one));
    return [...texts, ...texts, about(-1, { ...one, size: 100 << 20 }), about(-2, one, one)];
  };
  await load(await write({ attached: many }));
  assert.equal(read.callCount(), 2 * plain);
  assert.equal(images.length, 2);
});

test('a statement in a bundle that is longer or shorter than it says is refused', async (t) => {
  const { write, digest, ...made } = await rig(t);
  for (const off of [1, -1]) {
    const lying = ({ statements: [layer] }: GatheredImage): readonly string[] => {
      const one = { digest: layer?.digest, size: (layer?.size ?? 0) + off, mediaType: 'x' };
      return [JSON.stringify({ subject: { digest }, config: one, layers: [one] })];
    };
    const file = await write({ attached: lying });
    await refuses(made, file, { says: /expected \d+ bytes, found \d+/, code: 'integrity-mismatch' });
  }
});

test('of what is attached within bounds only so much is read that all together is', async () => {
  const read: number[] = [];
  const size = 15 << 20;
  const named = (at: number): Digest => digestOf(Buffer.from(String(at)));
  const archive: Parameters<typeof attachedStatements>[0] = {
    artifactLayer: async ({ digest }) => Promise.resolve({ digest, size, mediaType: 'x' }),
    layerText: async (layer) => Promise.resolve(String(read.push(layer.size))),
  };
  const attached = Array.from({ length: 200 }, (_, at) => ({ digest: named(at), size: 1, mediaType: 'x' }));
  const { bundles, unread } = await attachedStatements(archive, attached);
  assert.deepEqual([bundles.length, read.length], [4, 4]);
  assert.match(
    unread.join('\n'),
    /200 are attached: the first 128 were looked at\n.*larger than 64 MiB together/,
  );
});
