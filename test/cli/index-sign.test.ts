import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { predicateType } from '../../src/attest/predicates.ts';
import { verifiedStatement } from '../../src/attest/verify-statement.ts';
import { checkedCatalog } from '../../src/catalog-index/catalog-signature.ts';
import type { CatalogTrust } from '../../src/catalog-index/catalog-trust.ts';
import { parseCatalogIndex } from '../../src/catalog-index/parse-catalog-index.ts';
import { digestOf } from '../../src/registry/digest.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { emptyTrustedRoot, signingKey } from '../publish/signed-image.ts';
import type { Ran } from '../rig/engine.ts';
import { runHere } from '../rig/in-process.ts';
import { identityToken, sigstore } from '../rig/sigstore.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-index-sign-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const catalog = path.join(folder, 'catalog');
cpSync(path.join(import.meta.dirname, 'catalog'), catalog, { recursive: true });
const out = path.join(folder, 'catalog.json');
const bundle = `${out}.sigstore.json`;
const pem = signingKey();
const publicKey = createPublicKey(pem).export({ type: 'spki', format: 'pem' }).toString();

const index = async (env: Readonly<Record<string, string>>, ...args: string[]): Promise<Ran> =>
  runHere(['index', '--catalog', catalog, ...args], env);

test('index --sign writes a signature of exactly what it writes, and leaves it while it serves', async () => {
  const first = await index({ MCPCAT_SIGNING_KEY: pem }, '--sign');
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stdout, /; signed: number \d+, until \d{4}-\d\d-\d\d\n$/);
  // Nobody would look at it: the catalog itself has to say who signs.
  assert.match(first.stderr, /signing\.json names nobody: at an address catalog\.json counts as unsigned/);
  const expected = {
    digest: digestOf(readFileSync(out)),
    predicateType: predicateType.catalog,
    signer: { kind: 'key', publicKey } as const,
  };
  verifiedStatement(readFileSync(bundle, 'utf8'), { expected, trustedRoot: emptyTrustedRoot });
  const before = readFileSync(bundle, 'utf8');
  const again = await index({ MCPCAT_SIGNING_KEY: pem }, '--sign', '--valid-days', '30');
  assert.match(again.stdout, /signed already/);
  assert.equal(readFileSync(bundle, 'utf8'), before);
});

test('who can not sign writes nothing, and no key is shown', async () => {
  rmSync(out);
  rmSync(bundle);
  const cases: [Readonly<Record<string, string>>, string[], RegExp][] = [
    [{}, [], /expected somebody to sign/],
    [{ MCPCAT_SIGNING_KEY: 'secret-words' }, [], /MCPCAT_SIGNING_KEY: expected a P-256 private key/],
    [{ SIGSTORE_ID_TOKEN: 'secret-words', MCPCAT_SIGNING_CONFIG: '/x' }, [], /expected MCPCAT_TRUSTED_ROOT/],
    [{ MCPCAT_SIGNING_KEY: pem }, ['--check'], /--sign and --check/],
    [{ MCPCAT_SIGNING_KEY: pem }, ['--valid-days', '1000'], /--valid-days: expected 1 to 366/],
  ];
  for (const [env, args, says] of cases) {
    const { code, stderr } = await index(env, '--sign', ...args);
    assert.equal(code, 2);
    assert.match(stderr, says);
    assert.doesNotMatch(stderr, /secret-words|PRIVATE KEY-----\n/);
    assert.ok(!existsSync(out) && !existsSync(bundle), String(says));
  }
});

test('a signer whom the catalog does not name is refused', async () => {
  const identity = 'https://github.com/owner/repo/.github/workflows/rebuild.yml@refs/heads/main';
  const file = path.join(catalog, 'signing.json');
  writeFileSync(file, JSON.stringify({ identity, issuer: 'https://issuer.example' }));
  const other = await index({ MCPCAT_SIGNING_KEY: pem }, '--sign');
  assert.equal(other.code, 2);
  assert.match(
    other.stderr,
    /signing\.json: expected https:\/\/github\.com.* to sign, found the key sha256:/,
  );
  assert.ok(!existsSync(out));
  writeFileSync(file, JSON.stringify({ publicKey }));
  const ours = await index({ MCPCAT_SIGNING_KEY: pem }, '--sign');
  assert.deepEqual([ours.code, ours.stderr], [0, '']);
  assert.ok(readFileSync(out, 'utf8').includes('"signing"'));
});

test('the catalog that names another signer is signed by the one before, once, and then by the other', async (t) => {
  const file = path.join(catalog, 'signing.json');
  const next = signingKey();
  const publicNext = createPublicKey(next).export({ type: 'spki', format: 'pem' }).toString();
  const sign = async (key: string): Promise<Ran> => index({ MCPCAT_SIGNING_KEY: key }, '--sign');
  const data = temporaryFolder(t);
  const lines: string[] = [];
  /** As whoever comes to the address again. */
  const seen = async (): Promise<number | undefined> => {
    const [text, signature] = [out, bundle].map((one) => readFileSync(one, 'utf8'));
    const { signing } = parseCatalogIndex(text ?? '', out);
    const trust: CatalogTrust = { data, unsigned: 'refused', env: { MCPCAT_TRUSTED_ROOT: root } };
    const checking = {
      trust,
      cache: data,
      say: (line: string) => void lines.push(line),
      network: 'none',
    } as const;
    const url = 'https://catalog.example/catalog.json';
    return (await checkedCatalog({ url, text: text ?? '', signing, signature }, checking))?.number;
  };
  const root = path.join(data, 'root.json');
  writeFileSync(root, emptyTrustedRoot);
  const numbers = [await seen()];
  writeFileSync(file, JSON.stringify({ publicKey: publicNext }));
  const handover = await sign(pem);
  assert.deepEqual(
    [handover.code, /from the key sha256:\w+ to the key sha256:\w+:/.test(handover.stderr)],
    [0, true],
  );
  numbers.push(await seen());
  assert.equal((await sign(pem)).code, 2, 'its time is over');
  assert.equal((await sign(next)).code, 0);
  numbers.push(await seen());
  assert.deepEqual(
    numbers,
    [...new Set(numbers)].toSorted((a = 0, b = 0) => a - b),
  );
  writeFileSync(file, JSON.stringify({ publicKey }));
  assert.equal((await sign(signingKey())).code, 2, 'neither');
  writeFileSync(file, JSON.stringify({ publicKey: publicNext }));
});

test('in the name of a workflow, with other services than the public ones, it is signed and holds', async () => {
  rmSync(path.join(catalog, 'signing.json'));
  await using services = await sigstore();
  const [root, config] = ['root.json', 'services.json'].map((name) => path.join(folder, name));
  writeFileSync(root ?? '', services.trustedRoot);
  writeFileSync(config ?? '', services.services);
  const [iss, sub] = ['https://issuer.example', 'https://github.com/owner/repo'];
  const env = {
    HOME: folder,
    SIGSTORE_ID_TOKEN: identityToken({ iss, sub }),
    MCPCAT_SIGNING_CONFIG: config ?? '',
    MCPCAT_TRUSTED_ROOT: root ?? '',
  };
  const { code, stderr } = await index(env, '--sign');
  assert.equal(code, 0, stderr);
  const expected = {
    digest: digestOf(readFileSync(out)),
    predicateType: predicateType.catalog,
    signer: { kind: 'keyless', issuer: iss, identity: sub } as const,
  };
  verifiedStatement(readFileSync(bundle, 'utf8'), { expected, trustedRoot: services.trustedRoot });
});
