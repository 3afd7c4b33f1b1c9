/** What a catalog says that a server offers, beside a good signature of its image. The engine is a fake, nothing is started. */
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { imageIn } from '../../src/catalog/image-name.ts';
import type { CatalogSource } from '../../src/catalog/catalog-source.ts';
import { gatherCatalogIndex } from '../../src/catalog-index/gather.ts';
import type { Invocation } from '../../src/cli/command.ts';
import { imageTrust, requireSignedSurface } from '../../src/cli/execute/image-trust.ts';
import { serverToRun } from '../../src/cli/execute/run-server.ts';
import { servedServer } from '../../src/cli/execute/serve-server.ts';
import { linuxHost } from '../../src/host/linux.ts';
import { thisMachine } from '../../src/host/machine.ts';
import { jsonText } from '../../src/lib/folders.ts';
import { surfaceText } from '../../src/surface/surface-text.ts';
import { surfaceSha256 } from '../../src/surface/tools-of.ts';
import { entryText } from '../catalog/entry-text.ts';
import { imageText, proofText } from '../catalog-index/rig.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { FakeEngine } from '../rig/fake-engine.ts';
import { aSurface } from '../surface/surfaces.ts';
import { more, repository, signedRig } from '../trust/rig.ts';

const [signed, older] = [aSurface(), aSurface({}, { instructions: 'As it was.' })];

interface Kept {
  readonly text: string;
  /** What the proof says of it; undefined: nothing. */
  readonly proved: string | undefined;
}

/** A folder whose image is signed with `signed` in its run profile, and what a start needs around it. */
async function rig(t: TestContext) {
  const made = await signedRig(t, surfaceSha256(signed));
  const folder = temporaryFolder(t, {
    'echo/server.yaml': entryText('echo', { more }),
    'echo/image.json': imageText({ digest: made.digest, repository: `${made.host}/${repository}` }),
    'signing.json': JSON.stringify(made.signer.signing),
  });
  const engine = new FakeEngine();
  const flags = new Set<string>();
  let source = folder;
  const invocation = {
    options: {
      text: (name: string) => (name === 'catalog' ? source : undefined),
      flag: (name: string) => flags.has(name),
      list: () => [],
    },
    rest: [],
    terminal: {
      env: { HOME: temporaryFolder(t), DOCKER_CONFIG: '/nonexistent', DOCKER_HOST: 'unix:///nowhere/x.sock' },
      host: linuxHost(thisMachine()),
      signal: new AbortController().signal,
      stderr: { write: (text: string) => assert.fail(text) },
      streams: { stdin: {} },
    },
  } as unknown as Invocation;
  const keep = ({ text, proved }: Kept): void => {
    writeFileSync(path.join(folder, 'echo/surface.json'), text);
    writeFileSync(path.join(folder, 'echo/proof.json'), proofText({ surface: proved }));
  };
  const server = () => serverToRun(invocation, 'echo');
  const start = async () => {
    const trust = imageTrust(await server(), { invocation, engine });
    const known = trust?.isVerified();
    await trust?.verify();
    return known;
  };
  const show = async () => requireSignedSurface(await server(), { invocation, engine });
  const listed = async (): Promise<void> => {
    const { catalogIndex } = await gatherCatalogIndex(folder);
    source = path.join(temporaryFolder(t, { 'catalog.json': jsonText(catalogIndex) }), 'catalog.json');
  };
  return { folder, engine, flags, invocation, keep, server, start, show, listed };
}

const good: Kept = { text: surfaceText(signed), proved: surfaceSha256(signed) };
const refused = {
  code: 'signature-refused',
  message: /\(surface\.json\) is not what was signed for this image$/,
};
const others: Readonly<Record<string, Kept>> = {
  'that was changed beside a good signature': { ...good, text: surfaceText(older) },
  'of an older release, with its proof': { text: surfaceText(older), proved: surfaceSha256(older) },
  'that no proof has seen': { ...good, proved: undefined },
};

test('the surface that was signed is shown and started, from a folder and from a catalog.json', async (t) => {
  const { keep, start, show, listed } = await rig(t);
  keep(good);
  assert.deepEqual([await start(), await start()], [false, true], 'its verdict is kept');
  await show();
  await listed();
  assert.equal(await start(), true, 'it is the same image, with the same surface');
});

for (const [what, kept] of Object.entries(others))
  test(`a surface ${what} is neither shown nor started, although the one before was verified`, async (t) => {
    const { keep, start, show, listed } = await rig(t);
    keep(good);
    await start();
    keep(kept);
    await assert.rejects(start(), refused);
    await assert.rejects(show(), refused);
    await listed();
    await assert.rejects(start(), refused);
    await assert.rejects(show(), refused);
  });

test('an entry whose surface was taken away is not started', async (t) => {
  const { folder, keep, start, show } = await rig(t);
  keep(good);
  rmSync(path.join(folder, 'echo/surface.json'));
  await assert.rejects(start(), refused);
  await assert.rejects(show(), refused);
});

test('what an image that was built here offers needs no signature, nor does it where its user does without', async (t) => {
  const { folder, engine, flags, keep, show } = await rig(t);
  keep({ text: surfaceText(older), proved: surfaceSha256(older) });
  await assert.rejects(show(), refused);
  const source: CatalogSource = { kind: 'folder', folder };
  engine.addImage({ tags: [imageIn(source, 'echo')] });
  await show();
  await engine.removeImage(imageIn(source, 'echo'), { force: true });
  await assert.rejects(show(), refused);
  flags.add('insecure-unverified');
  await show();
});

/** What serve shows of the server before it runs, and what it says of that. */
async function servedAs(
  { invocation, server }: Pick<Awaited<ReturnType<typeof rig>>, 'invocation' | 'server'>,
  reviewed: typeof signed | undefined,
): Promise<{ readonly surface: unknown; readonly said: string }> {
  const said: string[] = [];
  const served = await servedServer(
    { name: 'echo', server: await server(), invocation },
    {
      reviewed: () => Promise.resolve(reviewed),
      profile: undefined,
      given: { settings: {}, missing: [] },
      write: (text) => assert.fail(text),
      say: (line) => void said.push(line),
      onStarted: () => assert.fail('nothing is started'),
    },
  );
  assert.equal(served.isReviewed, false);
  return { surface: served.surface(), said: said.join('\n') };
}

test('serve shows nothing of a server before it runs that nobody could hold against a signature', async (t) => {
  const around = await rig(t);
  around.keep(good);
  const { surface, said } = await servedAs(around, signed);
  assert.equal(surface, undefined);
  assert.match(said, /^echo: .*nowhere/);
});

test('of a server whose surface nobody has recorded serve asks for no signature before it runs', async (t) => {
  assert.deepEqual(await servedAs(await rig(t), undefined), { surface: undefined, said: '' });
});
