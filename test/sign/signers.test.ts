import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { statementBytes } from '../../src/attest/make-statement.ts';
import { predicateType } from '../../src/attest/predicates.ts';
import { verifiedStatement, type Expected } from '../../src/attest/verify-statement.ts';
import { McpcatError, type ErrorCode } from '../../src/lib/errors.ts';
import { checkedSigner } from '../../src/sign/checked-signer.ts';
import { keylessSigner } from '../../src/sign/keyless.ts';
import { signerPolicy } from '../../src/attest/signer-policy.ts';
import { keySigner } from '../../src/sign/key.ts';
import { signerName } from '../../src/attest/signer-name.ts';
import { nameIn, tokenSource } from '../../src/sign/token.ts';
import { identityToken, sigstore } from '../rig/sigstore.ts';

const services = await sigstore();
after(() => services[Symbol.asyncDispose]());

const digest = `sha256:${'a'.repeat(64)}`;
const statement = statementBytes({
  subjects: [{ name: 'time', digest }],
  predicateType: predicateType.signature,
  predicate: {},
});
const about = { digest, predicateType: predicateType.signature };
const issuer = 'https://token.actions.githubusercontent.com';
const workflow = 'mcpcat-run/mcpcat/.github/workflows/rebuild.yml@refs/heads/main';
const identity = `https://github.com/${workflow}`;
/** The mock makes the subject of a token the name in its certificate. */
const token = identityToken({ iss: issuer, sub: identity, job_workflow_ref: workflow });

function pem(curve = 'prime256v1'): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: curve });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

async function fails(run: () => unknown, code: ErrorCode, says: RegExp, secret = 'no secret'): Promise<void> {
  await assert.rejects(
    async () => run(),
    (error) => {
      assert.ok(error instanceof McpcatError, String(error));
      assert.equal(error.code, code);
      assert.match(error.message, says);
      assert.ok(!JSON.stringify([error.message, error.hint, error.detail]).includes(secret));
      return true;
    },
  );
}

test('what a key signs holds for its public half, and for no other', async () => {
  const key = pem();
  const bundle = await keySigner(key, 'a test').sign(statement);
  const who = await keySigner(key, 'a test').who();
  const expected: Expected = { ...about, signer: signerPolicy(who) };
  const { trustedRoot } = services;
  assert.deepEqual(verifiedStatement(bundle, { expected, trustedRoot }).statement.predicate, {});
  const other: Expected = { ...about, signer: signerPolicy(await keySigner(pem(), 'a test').who()) };
  await fails(
    () => verifiedStatement(bundle, { expected: other, trustedRoot }),
    'signature-refused',
    /does not hold/,
  );
  // cosign names a key otherwise in the envelope, and takes one with another name for another (test/signing/cosign.ts).
  const { dsseEnvelope } = JSON.parse(bundle) as { dsseEnvelope: { signatures: { keyid?: string }[] } };
  assert.deepEqual(
    dsseEnvelope.signatures.map(({ keyid = '' }) => keyid),
    [''],
  );
  assert.match(signerName(who), /^the key sha256:[0-9a-f]{64}$/);
});

test('a key in the older form is taken too', async () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const text = privateKey.export({ type: 'sec1', format: 'pem' }).toString();
  assert.ok(JSON.parse(await keySigner(text, 'a test').sign(statement)));
});

test('a key of another kind, an encrypted one and what is none are refused without showing them', async () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
  });
  const secret = 'MIGHAgEAMBMGByqGSM49';
  await fails(() => keySigner(pem('secp384r1'), 'K'), 'usage', /^K: expected a P-256 private key.*secp384r1/);
  await fails(() => keySigner(rsa.toString(), 'K'), 'usage', /found rsa/);
  await fails(
    () => keySigner(`-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n${secret}`, 'K'),
    'usage',
    /encrypted/,
    secret,
  );
  await fails(() => keySigner(secret, 'K'), 'usage', /expected a P-256 private key/, secret);
});

test('what a workflow signs holds for its name, with a certificate, the log and a timestamp', async () => {
  const signer = keylessSigner(async () => Promise.resolve(token), services.services);
  assert.deepEqual(await signer.who(), { identity, issuer });
  const bundle = await signer.sign(statement);
  const { verificationMaterial } = JSON.parse(bundle) as {
    verificationMaterial: {
      tlogEntries: object[];
      timestampVerificationData: { rfc3161Timestamps: object[] };
    };
  };
  assert.equal(verificationMaterial.tlogEntries.length, 1);
  assert.equal(verificationMaterial.timestampVerificationData.rfc3161Timestamps.length, 1);
  const { trustedRoot } = services;
  const expected: Expected = { ...about, signer: { kind: 'keyless', issuer, identity } };
  assert.equal(verifiedStatement(bundle, { expected, trustedRoot }).signer, `${identity} (${issuer})`);
});

test('what whoever uses it would refuse is not signed: by other services, or in another name than was thought', async () => {
  const signed = (claims: Readonly<Record<string, string>>, trustedRoot: string): Promise<string> =>
    checkedSigner(
      keylessSigner(async () => Promise.resolve(identityToken(claims)), services.services),
      trustedRoot,
    ).sign(statement);
  const claims = { iss: issuer, sub: identity, job_workflow_ref: workflow };
  assert.ok(await signed(claims, services.trustedRoot));
  await using others = await sigstore();
  await fails(() => signed(claims, others.trustedRoot), 'signature-refused', /does not hold/);
  const other = { ...claims, job_workflow_ref: 'somebody/else/.github/workflows/w.yml@refs/heads/main' };
  await fails(() => signed(other, services.trustedRoot), 'signature-refused', /expected .*somebody.*, found/);
});

test('what is no token is refused without showing it, and asks nobody', async () => {
  const secret = 'eyJ0.c2VjcmV0.c2VjcmV0';
  const signer = keylessSigner(async () => Promise.resolve(secret), services.services);
  await fails(() => signer.sign(statement), 'usage', /expected an OpenID Connect token/, secret);
  await fails(() => nameIn(secret), 'usage', /expected an OpenID Connect token/, secret);
});

test('services that do not answer fail the signing, and the token stands in no error', async () => {
  const gone = services.services.replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:1');
  await fails(
    () => keylessSigner(async () => Promise.resolve(token), gone).sign(statement),
    'signing-failed',
    /could not be signed/,
    token,
  );
  await fails(() => keylessSigner(async () => Promise.resolve(token), '{'), 'usage', /signing_config\.json/);
});

test('a runner of GitHub gives the token for sigstore; a machine without one has none', async () => {
  const asked: (string | undefined)[] = [];
  let answer: object = { value: token };
  const runner = createServer((request, response) => {
    asked.push(request.url, request.headers.authorization);
    response.writeHead('value' in answer ? 200 : 403, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer));
  }).listen(0, '127.0.0.1');
  await once(runner, 'listening');
  try {
    const { port } = runner.address() as AddressInfo;
    const source = tokenSource({
      ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${String(port)}/token?version=2`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'of-the-runner',
    });
    assert.equal(await source?.(), token);
    assert.deepEqual(asked, ['/token?version=2&audience=sigstore', 'Bearer of-the-runner']);
    answer = { message: 'no' };
    await fails(() => source?.(), 'upstream-unavailable', /it answers 403/, 'of-the-runner');
    answer = { value: '' };
    await fails(() => source?.(), 'upstream-unavailable', /holds no token/);
  } finally {
    runner.close();
    runner.closeAllConnections();
  }
  assert.equal(await tokenSource({ SIGSTORE_ID_TOKEN: token })?.(), token);
  assert.equal(tokenSource({ ACTIONS_ID_TOKEN_REQUEST_URL: 'http://127.0.0.1:1' }), undefined);
});
