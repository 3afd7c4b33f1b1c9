/**
 * `npm run test:signing`: `cosign` itself verifies what we publish, with a key and keyless, and we verify what `cosign`
 * has signed. Not among the ordinary tests: it is built from the Go module proxy, which takes minutes once (kept in
 * node_modules/.cache; MCPCAT_TEST_COSIGN names one that is there). Sigstore's services are `@sigstore/mock` on loopback,
 * which stand for Fulcio, Rekor and the timestamp authority.
 */
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { predicateType } from '../../src/attest/predicates.ts';
import { verifiedStatement } from '../../src/attest/verify-statement.ts';
import type { StatementSigner } from '../../src/sign/statement-signer.ts';
import { keylessSigner } from '../../src/sign/keyless.ts';
import { keySigner } from '../../src/sign/key.ts';
import { client } from '../registry/rig.ts';
import { MemoryRegistry } from '../registry/memory-registry.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { project } from '../rig/engine.ts';
import { identityToken, sigstore, type Sigstore } from '../rig/sigstore.ts';
import { bundlesOf, publishSigned, type SignedImage } from '../publish/signed-image.ts';

const module = 'github.com/sigstore/cosign/v3';
const version = 'v3.1.3';
const timeout = 1_800_000;
const issuer = 'https://token.actions.githubusercontent.com';
const workflow = 'mcpcat-run/mcpcat/.github/workflows/rebuild.yml@refs/heads/main';
const identity = `https://github.com/${workflow}`;
const opened = closedAfterwards();

let cosign: string;
let host: string;
let services: Sigstore;
let keyed: SignedImage;
let keyless: SignedImage;
const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-cosign-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => path.join(folder, name);

function built(): string {
  const given = process.env['MCPCAT_TEST_COSIGN'];
  if (given !== undefined) return given;
  const cache = path.join(project, 'node_modules/.cache', `cosign-${version}`);
  const program = path.join(cache, 'cosign');
  if (existsSync(program)) return program;
  mkdirSync(cache, { recursive: true });
  execFileSync('go', ['install', `${module}/cmd/cosign@${version}`], {
    env: { ...process.env, GOBIN: cache, GOFLAGS: '-mod=mod' },
    stdio: 'inherit',
  });
  return program;
}

function keyPair(name: string): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const publicPem = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();
  writeFileSync(at(`${name}.pub`), publicPem);
  writeFileSync(at(`${name}.pem`), pem, { mode: 0o600 });
  return pem;
}

before(
  async () => {
    cosign = built();
    services = opened.use(await sigstore());
    ({ host } = opened.use(await new MemoryRegistry().listen()));
    writeFileSync(at('root.json'), services.trustedRoot);
    writeFileSync(at('services.json'), services.services);
    keyPair('other');
    const signers: [string, StatementSigner][] = [
      ['keyed', keySigner(keyPair('ours'), 'a test')],
      [
        'keyless',
        keylessSigner(
          async () =>
            Promise.resolve(identityToken({ iss: issuer, sub: identity, job_workflow_ref: workflow })),
          services.services,
        ),
      ],
    ];
    const [a, b] = await Promise.all(
      signers.map(async ([name, signer]) =>
        publishSigned(client(host), { repository: `test/${name}`, signer }),
      ),
    );
    assert.ok(a !== undefined && b !== undefined);
    [keyed, keyless] = [a, b];
  },
  { timeout },
);

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** With a home of its own, and no way to the public services: they would be refused. */
async function run(...args: string[]): Promise<Ran> {
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    COSIGN_PASSWORD: '',
    HTTPS_PROXY: 'http://127.0.0.1:1',
    NO_PROXY: '127.0.0.1',
  };
  return new Promise((resolve) => {
    execFile(cosign, args, { env, timeout: 120_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
    });
  });
}

const byKey = (name = 'ours'): string[] => ['--key', at(`${name}.pub`), '--insecure-ignore-tlog=true'];
const byName = (who = identity): string[] => [
  '--certificate-identity',
  who,
  '--certificate-oidc-issuer',
  issuer,
  '--trusted-root',
  at('root.json'),
  '--use-signed-timestamps',
];
const plain = '--allow-http-registry';
const types = Object.entries(predicateType).filter(
  ([name]) => !['catalog', 'vex', 'signature'].includes(name),
);

for (const kind of ['keyed', 'keyless'] as const) {
  const who = kind === 'keyed' ? byKey : byName;
  const image = (): SignedImage => (kind === 'keyed' ? keyed : keyless);

  test(`cosign verifies the signature of the index and of each image: ${kind}`, { timeout }, async () => {
    for (const digest of [image().index, ...image().platforms]) {
      const reference = `${host}/${image().repository}@${digest}`;
      const { code, stderr, stdout } = await run('verify', plain, ...who(), reference);
      assert.equal(code, 0, stderr);
      assert.match(stdout, new RegExp(digest));
    }
  });

  test(`cosign verifies every statement: ${kind}`, { timeout }, async () => {
    for (const [name, type] of types) {
      const reference = `${host}/${image().repository}@${image().platforms[0] ?? ''}`;
      const { code, stderr, stdout } = await run(
        'verify-attestation',
        plain,
        '--type',
        type,
        ...who(),
        reference,
      );
      assert.equal(code, 0, `${name}: ${stderr}`);
      assert.match(stdout, /payload/);
    }
  });

  test(`cosign refuses another signer: ${kind}`, { timeout }, async () => {
    const other = kind === 'keyed' ? byKey('other') : byName(`${identity}-other`);
    const { code, stderr } = await run(
      'verify',
      plain,
      ...other,
      `${host}/${image().repository}@${image().index}`,
    );
    assert.notEqual(code, 0);
    assert.match(stderr, /no matching|failed to verify|no signatures/i);
  });
}

test('what cosign has signed with a key, we verify', { timeout }, async () => {
  const repository = 'test/theirs';
  const unsigned = await publishSigned(client(host), { repository, signer: undefined });
  const imported = await run('import-key-pair', '--key', at('ours.pem'), '--output-key-prefix', at('theirs'));
  assert.equal(imported.code, 0, imported.stderr);
  const reference = `${host}/${repository}@${unsigned.index}`;
  const keyArgs = ['--key', at('theirs.key'), '--yes', plain, '--signing-config', at('none.json')];
  writeFileSync(
    at('none.json'),
    JSON.stringify({ mediaType: 'application/vnd.dev.sigstore.signingconfig.v0.2+json' }),
  );
  const signed = await run('sign', ...keyArgs, reference);
  assert.equal(signed.code, 0, signed.stderr);
  const [bundle, ...more] = await bundlesOf(client(host), { repository, digest: unsigned.index });
  assert.ok(bundle !== undefined && more.length === 0);
  const publicKey = readFileSync(at('ours.pub'), 'utf8');
  const expected = {
    digest: unsigned.index,
    predicateType: predicateType.signature,
    signer: { kind: 'key', publicKey } as const,
  };
  verifiedStatement(bundle.text, { expected, trustedRoot: services.trustedRoot });
});
