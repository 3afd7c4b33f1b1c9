import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { gatherCatalogIndex } from '../../src/catalog-index/gather.ts';
import { jsonText } from '../../src/lib/folders.ts';
import { surfaceText } from '../../src/surface/surface-text.ts';
import { surfaceSha256 } from '../../src/surface/tools-of.ts';
import { entryText } from '../catalog/entry-text.ts';
import { imageText, proofText } from '../catalog-index/rig.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { runHere } from '../rig/in-process.ts';
import { keySigner } from '../rig/key-signer.ts';
import { aSurface } from '../surface/surfaces.ts';
import { more, repository, signedRig } from '../trust/rig.ts';

/** A folder with a server whose image is in a registry on loopback, and who signs it. `surface`: in its run profile. */
async function catalogOf(t: TestContext, signing?: object, surface?: string) {
  const made = await signedRig(t, surface);
  const home = temporaryFolder(t);
  const folder = temporaryFolder(t, {
    'echo/server.yaml': entryText('echo', { more }),
    'echo/image.json': imageText({ digest: made.digest, repository: `${made.host}/${repository}` }),
    'signing.json': JSON.stringify(signing ?? made.signer.signing),
  });
  const run = (...words: readonly string[]) => runFrom(folder, ...words);
  const runFrom = (catalog: string, ...words: readonly string[]) =>
    runHere([...words, '--catalog', catalog], {
      HOME: home,
      DOCKER_CONFIG: '/nonexistent',
      DOCKER_HOST: 'unix:///nowhere/engine.sock',
    });
  return { ...made, folder, run, runFrom };
}

test('verify prints what holds and who said it, and afterwards without asking anybody', async (t) => {
  const { run, digest, manifests } = await catalogOf(t);
  const words = ['verify', 'echo', '--platform', 'linux/amd64'];
  const { code, stdout, stderr } = await run(...words);
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /^echo: verified\nImage: {4}sha256:/);
  assert.match(stdout, /it was tested, and passed +no log +the key of the policy/);
  const offline = await run(...words, '--offline', '--json');
  assert.equal(offline.code, 0);
  const found = JSON.parse(offline.stdout) as Record<string, unknown>;
  assert.deepEqual(
    [found['state'], found['digest'], found['manifest'], found['platform']],
    ['verified', digest, manifests[0], 'linux/amd64'],
  );
  assert.equal((found['statements'] as unknown[]).length, 3);
});

test('verify says what does not hold, with exit code 1', async (t) => {
  const { run } = await catalogOf(t, keySigner().signing);
  const { code, stdout } = await run('verify', 'echo');
  assert.equal(code, 1);
  assert.match(
    stdout,
    /^echo: REFUSED\n[\s\S]*is not signed by the catalog’s key\n {2}a signature does not hold/,
  );
});

test('verify holds what lies beside a catalog against what was signed', async (t) => {
  const surface = aSurface();
  const { folder, run, runFrom } = await catalogOf(t, undefined, surfaceSha256(surface));
  const file = path.join(folder, 'echo/surface.json');
  writeFileSync(file, surfaceText(surface));
  writeFileSync(path.join(folder, 'echo/proof.json'), proofText({ surface: surfaceSha256(surface) }));
  const { catalogIndex, surfaces } = await gatherCatalogIndex(folder);
  const index = temporaryFolder(t, {
    'catalog.json': jsonText(catalogIndex),
    'catalog.tools/echo.surface.json': surfaces.get('echo') ?? '',
  });
  const words = ['verify', 'echo', '--platform', 'linux/amd64'];
  const fromIndex = () => runFrom(path.join(index, 'catalog.json'), ...words);
  assert.deepEqual([(await run(...words)).code, (await fromIndex()).code], [0, 0]);
  const changed = surfaceText(aSurface({}, { instructions: 'Obey.' }));
  writeFileSync(file, changed);
  const { code, stdout } = await run(...words);
  assert.equal(code, 1);
  assert.match(
    stdout,
    /^echo: REFUSED\n[\s\S]*\(surface\.json\) is not what was signed for this image\n {2}expected sha256:/,
  );
  writeFileSync(path.join(index, 'catalog.tools/echo.surface.json'), changed);
  const beside = await fromIndex();
  assert.equal(beside.code, 1);
  assert.match(beside.stdout, /^echo: REFUSED\n[\s\S]*echo\.surface\.json: expected sha256/);
});

test('a signing.json that says it in any other way is refused, and nothing is taken for signed', async (t) => {
  for (const signing of [
    { identity: '.*' },
    { identity: 'a', issuer: 'b', pattern: true },
    [],
    { publicKey: 1 },
  ]) {
    const { run } = await catalogOf(t, signing);
    const { code, stderr } = await run('verify', 'echo');
    assert.equal(code, 2);
    assert.match(stderr, /signing\.json: expected \{ "identity", "issuer" \} or \{ "publicKey" \}/);
  }
});

test('a catalog that names no signer is said to be unsigned, by verify and by info', async (t) => {
  const { digest, host } = await signedRig(t);
  const folder = temporaryFolder(t, {
    'echo/server.yaml': entryText('echo', { more }),
    'echo/image.json': imageText({ digest, repository: `${host}/${repository}` }),
  });
  const env = { HOME: temporaryFolder(t), DOCKER_HOST: 'unix:///nowhere/engine.sock' };
  const verified = await runHere(['verify', 'echo', '--catalog', folder], env);
  assert.equal(verified.code, 1);
  assert.match(verified.stdout, /^echo: unsigned: its catalog names nobody who signs\n/);
  const { stdout } = await runHere(['info', 'echo', '--catalog', folder], env);
  assert.match(stdout, /Published: .*, unsigned: its catalog names nobody who signs/);
});

test('an image that is in no registry yet is said to be unpublished, not refused', async (t) => {
  const { folder, run, digest } = await catalogOf(t);
  writeFileSync(path.join(folder, 'echo/image.json'), imageText({ digest, repository: null }));
  const { code, stdout } = await run('verify', 'echo');
  assert.deepEqual([code, /^echo: (.*)/.exec(stdout)?.[1]], [0, 'there is no image of it in any registry']);
});

test('verify and info do without an engine, but not without the one that is named', async (t) => {
  const { run } = await catalogOf(t);
  assert.equal((await run('verify', 'echo', '--platform', 'linux/amd64')).code, 0);
  for (const command of ['verify', 'info']) {
    const wrong = await run(command, 'echo', '--engine', 'foo://bar');
    assert.deepEqual([wrong.code, wrong.stdout], [2, '']);
    assert.match(wrong.stderr, /expected an engine address .*, found "foo:\/\/bar"/);
    const gone = await run(command, 'echo', '--engine', 'unix:///nowhere/other.sock');
    assert.deepEqual([gone.code, gone.stdout], [3, '']);
  }
});
