import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, test } from 'node:test';
import { pulledImage, quickImage } from '../../src/catalog/quick-image.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { listTags } from '../../src/registry/content/tags.ts';
import { faultyProxy } from '../registry/proxy.ts';
import { signingKey } from '../publish/signed-image.ts';
import { client, realRegistry, type RealRegistry } from '../registry/rig.ts';
import { catalogCopy, type CatalogCopy } from '../rig/catalog-copy.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { mcpcat, project, run, testEngine, type Ran } from '../rig/engine.ts';
import { hello } from '../rig/hello.ts';

const timeout = 900_000;
let engine: Engine;
const opened = closedAfterwards();
let real: RealRegistry;
let catalog: CatalogCopy;
let name: string;
let unbuilt: string;
let work: string;

before(
  async () => {
    engine = await testEngine();
    real = opened.use(await realRegistry());
    catalog = opened.use(catalogCopy(['calculator', 'time'], engine));
    opened.defer(async () => {
      const image = quickImage(catalog.folder, name);
      if (image !== undefined) await engine.removeImage(pulledImage(name, image), { force: true });
    });
    name = catalog.names['calculator'] ?? '';
    unbuilt = catalog.names['time'] ?? '';
    for (const file of ['image.json', 'proof.json']) {
      rmSync(catalog.file('calculator', file), { force: true });
      rmSync(catalog.file('time', file), { force: true });
    }
    work = mkdtempSync(path.join(tmpdir(), 'mcpcat-publish-'));
    opened.defer(() => rmSync(work, { recursive: true, force: true }));
  },
  { timeout },
);

const env = { DOCKER_CONFIG: '/nonexistent', MCPCAT_REGISTRY: '', MCPCAT_PLATFORMS: '' };
const say = async (...args: string[]): Promise<Ran> => run([...args, '--catalog', catalog.folder], { env });
const digestHere = (): string => quickImage(catalog.folder, name)?.digest ?? '';

/** A home of its own for each start: what another start agreed to, such as the registry of its images, is not this one's matter. */
const freshHome = (): { readonly HOME: string } => ({ HOME: mkdtempSync(path.join(work, 'home-')) });

/** Starts it as a client does and waits for its answer; resolves to what it wrote to stderr. */
async function serve(...args: string[]): Promise<{ answered: boolean; code: number | null; stderr: string }> {
  const child = spawn(process.execPath, [mcpcat, 'run', name, '--catalog', catalog.folder, ...args], {
    env: { ...process.env, ...env, ...freshHome() },
    cwd: project,
  });
  const text = { stdout: '', stderr: '' };
  child.stdin.on('error', () => undefined);
  child.stderr.on('data', (chunk: Buffer) => (text.stderr += chunk.toString()));
  child.stdout.on('data', (chunk: Buffer) => {
    text.stdout += chunk.toString();
    if (text.stdout.includes('"id":1')) child.stdin.end();
  });
  child.stdin.write(hello);
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { answered: text.stdout.includes('"serverInfo"'), code, stderr: text.stderr };
}

test(
  'rebuild makes and verifies an image, publish brings it to a registry; what fails stops nobody',
  { timeout },
  async () => {
    const built = await say('rebuild', name);
    assert.equal(built.code, 0, built.stderr);
    const published = await say('publish', unbuilt, name, '--registry', `${real.host}/cat`);
    assert.equal(published.code, 1);
    assert.match(published.stderr, new RegExp(`${unbuilt}: its image is not verified`));
    assert.match(published.stdout, new RegExp(`${name} +published`));
    assert.match(published.stderr, /NOT SIGNED/);
    const tags = await listTags(client(real.host), `cat/${name}`);
    assert.ok(tags.includes('latest') && tags.length === 4, tags.join());
    assert.deepEqual(await listTags(client(real.host), `cat/${unbuilt}`), []);
  },
);

test('an image that is built anew, without any cache, has the same digest', { timeout }, async () => {
  const known = [digestHere(), (await engine.inspectImage(catalog.imageOf(name)))?.id];
  const rebuilt = await say('rebuild', name, '--force');
  assert.equal(rebuilt.code, 0, rebuilt.stderr);
  assert.notEqual((await engine.inspectImage(catalog.imageOf(name)))?.id, known[1]);
  const { stdout, code } = await say('publish', name, '--registry', `${real.host}/cat`, '--force', '--json');
  assert.equal(code, 0);
  const [row] = JSON.parse(stdout) as { digest: string; sent: { blobs: number } }[];
  assert.deepEqual([row?.digest, row?.sent.blobs], [known[0], 0]);
});

test('what a job without permission saved another publishes, to the same digest', { timeout }, async () => {
  const saved = await say('rebuild', name, '--save', work);
  assert.equal(saved.code, 0, saved.stderr);
  const elsewhere = mkdtempSync(path.join(tmpdir(), 'mcpcat-elsewhere-'));
  try {
    cpSync(path.join(catalog.folder, name), path.join(elsewhere, name), { recursive: true });
    for (const file of ['image.json', 'proof.json']) rmSync(path.join(elsewhere, name, file));
    const args = ['publish', '--from', work, '--catalog', elsewhere, '--engine', 'unix:///nowhere.sock'];
    const published = await run([...args, '--registry', `${real.host}/other`], { env });
    assert.equal(published.code, 0, published.stderr);
    assert.equal(quickImage(elsewhere, name)?.digest, digestHere());
    assert.match(readFileSync(path.join(elsewhere, name, 'proof.json'), 'utf8'), /"proofVersion"/);
  } finally {
    rmSync(elsewhere, { recursive: true });
  }
});

test(
  'what was published unsigned is signed later, and holds for whom the catalog names',
  { timeout },
  async () => {
    const target = ['--registry', `${real.host}/cat`];
    const nobody = await say('publish', name, ...target, '--sign');
    assert.deepEqual([nobody.code, nobody.stdout], [2, '']);
    const keys = ['ours', 'theirs'].map((key) => ({
      file: path.join(work, `${key}.pem`),
      pem: signingKey(),
    }));
    const publicKeys = keys.map(({ file, pem }) => {
      writeFileSync(file, pem, { mode: 0o600 });
      return createPublicKey(pem).export({ type: 'spki', format: 'pem' }).toString();
    });
    const args = ['--sign', '--signing-key', keys[0]?.file ?? '', '--json'];
    const signed = await say('publish', name, ...target, ...args);
    assert.equal(signed.code, 0, signed.stderr);
    const [row] = JSON.parse(signed.stdout) as { state: string; signed: { signed: number } }[];
    assert.deepEqual([row?.state, row?.signed.signed], ['unchanged', 5]);
    const policy = path.join(catalog.folder, 'signing.json');
    assert.match(
      signed.stderr,
      /signing\.json: from now on .* only if the key sha256:[0-9a-f]{64} has signed/,
    );
    assert.deepEqual(JSON.parse(readFileSync(policy, 'utf8')), { publicKey: publicKeys[0] });
    for (const [at, state] of ['verified', 'refused'].entries()) {
      writeFileSync(policy, JSON.stringify({ publicKey: publicKeys[at] }));
      const verified = await say('verify', name, '--json');
      assert.equal((JSON.parse(verified.stdout) as { state: string }).state, state, verified.stdout);
    }
    rmSync(policy);
  },
);

test(
  'the image built here comes first; without it the published one is pulled by its digest',
  { timeout },
  async () => {
    const local = await serve();
    assert.ok(local.answered && !/pull/.test(local.stderr), local.stderr);
    await engine.removeImage(catalog.imageOf(name), { force: true });
    const never = await serve('--pull', 'never');
    assert.deepEqual([never.answered, never.code], [false, 3]);
    assert.match(never.stderr, new RegExp(`mcpcat build ${name}`));
    const first = await serve();
    assert.ok(first.answered, first.stderr);
    assert.match(first.stderr, new RegExp(`pulling ${real.host}/cat/${name}@${digestHere()}`));
    assert.equal((await engine.inspectImage(pulledImage(name, { digest: digestHere() })))?.tags.length, 1);
    const second = await serve();
    assert.ok(second.answered && !/pull/.test(second.stderr), second.stderr);
  },
);

test(
  'with the image here a server starts although no registry answers; --pull always says that none does',
  { timeout },
  async () => {
    const file = catalog.file('calculator', 'image.json');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace(real.host, '127.0.0.1:1'));
    try {
      const offline = await serve();
      assert.ok(offline.answered, offline.stderr);
      assert.equal((await say('pull', name)).code, 0);
      const always = await serve('--pull', 'always');
      assert.deepEqual([always.answered, always.code], [false, 3]);
      assert.match(always.stderr, /127\.0\.0\.1:1/);
    } finally {
      writeFileSync(file, text);
    }
  },
);

test(
  'an image that was changed on its way is refused, and the server does not start',
  { timeout },
  async () => {
    await engine.removeImage(pulledImage(name, { digest: digestHere() }), { force: true });
    await using proxy = await faultyProxy(real.host, ({ url }) =>
      url.includes('/blobs/') ? { kind: 'flip' } : undefined,
    );
    const file = catalog.file('calculator', 'image.json');
    const kept = `${file}.kept`;
    cpSync(file, kept);
    writeFileSync(file, readFileSync(file, 'utf8').replace(real.host, proxy.host));
    try {
      const { answered, code, stderr } = await serve();
      assert.deepEqual([answered, code], [false, 3]);
      assert.match(stderr, /expected sha256:[0-9a-f]{64}, found sha256:/);
      assert.equal(await engine.inspectImage(pulledImage(name, { digest: digestHere() })), undefined);
    } finally {
      renameSync(kept, file);
    }
  },
);

test(
  'a client that gives up while an image is pulled is obeyed at once, and nothing is left',
  { timeout },
  async () => {
    await using stuck = await faultyProxy(real.host, ({ url }) =>
      url.includes('/blobs/')
        ? { kind: 'answer', status: 429, headers: { 'retry-after': '50' }, body: '' }
        : undefined,
    );
    const file = catalog.file('calculator', 'image.json');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace(real.host, stuck.host));
    try {
      const child = spawn(process.execPath, [mcpcat, 'run', name, '--catalog', catalog.folder], {
        env: { ...process.env, ...env, ...freshHome() },
        cwd: project,
      });
      await new Promise<void>((resolve, reject) => {
        child.once('close', (code) => reject(new Error(`it ended with ${String(code)} before it pulled`)));
        child.stderr.on('data', (chunk: Buffer) => {
          if (chunk.toString().includes('pulling')) setTimeout(resolve, 1000);
        });
      });
      const asked = performance.now();
      child.kill('SIGTERM');
      const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
      assert.equal(code, 143);
      assert.ok(performance.now() - asked < 30_000);
    } finally {
      writeFileSync(file, text);
    }
  },
);
