import assert from 'node:assert/strict';
import { generateKeyPairSync, sign as signWith } from 'node:crypto';
import { after, test } from 'node:test';
import { bundleToJSON } from '@sigstore/bundle';
import { FulcioSigner, MessageSignatureBundleBuilder, RekorWitness } from '@sigstore/sign';
import { verifiedStatement, type Expected } from '../../src/attest/verify-statement.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import { keylessSigner } from '../../src/sign/keyless.ts';
import { identityToken, sigstore, type Claims } from '../rig/sigstore.ts';

const services = await sigstore();
const others = await sigstore();
after(async () => {
  await services[Symbol.asyncDispose]();
  await others[Symbol.asyncDispose]();
});
const { trustedRoot } = services;

const hex = 'a'.repeat(64);
const predicateType = 'https://mcpcat.dev/run-profile/v1';
const statement = (change: object = {}): string =>
  JSON.stringify({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'time', digest: { sha256: hex } }],
    predicateType,
    predicate: { network: [] },
    ...change,
  });
const claims: Claims = {
  iss: 'https://token.actions.githubusercontent.com',
  sub: 'https://github.com/mcpcat-run/mcpcat/.github/workflows/rebuild.yml@refs/heads/main',
};
const expected: Expected = {
  digest: `sha256:${hex}`,
  predicateType,
  signer: { kind: 'keyless', issuer: claims.iss, identity: claims.sub },
};
const bundle = await services.sign(statement(), claims);

function refuses(text: string, says: RegExp, wanted: Expected = expected, root = trustedRoot): void {
  assert.throws(
    () => verifiedStatement(text, { expected: wanted, trustedRoot: root }),
    (error) => {
      assert.ok(error instanceof McpcatError);
      assert.equal(error.code, 'signature-refused');
      assert.match(error.message, says);
      return true;
    },
  );
}

/** Where the services of a signing_config.json are. */
function urlOf(config: string): string {
  return (JSON.parse(config) as { caUrls: [{ url: string }] }).caUrls[0].url;
}

/** A bundle with one thing changed. */
function changed(change: (value: Parsed) => void, text = bundle): string {
  const value = JSON.parse(text) as Parsed;
  change(value);
  return JSON.stringify(value);
}
interface Parsed {
  dsseEnvelope: { payload: string; signatures: { sig: string }[] };
  verificationMaterial: {
    certificate?: { rawBytes: string };
    publicKey?: { hint: string };
    tlogEntries: {
      integratedTime: string;
      canonicalizedBody: string;
      inclusionPromise?: object;
      inclusionProof?: object;
    }[];
  };
}

test('a statement of whom we trust about what we ask holds, and says who said it', () => {
  const found = verifiedStatement(bundle, { expected, trustedRoot });
  assert.deepEqual(found.statement.predicate, { network: [] });
  assert.equal(found.signer, `${claims.sub} (${claims.iss})`);
});

for (const identity of [
  'https://github.com/mcpcat-run/mcpcat/.github/workflows/rebuild.yml',
  '.*',
  claims.sub.replace('github.com', 'githubXcom'),
  `${claims.sub}-other`,
  `https://evil.example/?${claims.sub}`,
  claims.sub.toUpperCase(),
])
  test(`an identity that only looks like the expected one is another: policy ${identity.slice(0, 60)}`, () => {
    refuses(bundle, /expected .*, found/, {
      ...expected,
      signer: { kind: 'keyless', issuer: claims.iss, identity },
    });
  });

test('a signer whose name holds the expected one is another', async () => {
  for (const sub of [`https://evil.example/${claims.sub}`, `${claims.sub}x`])
    refuses(await services.sign(statement(), { ...claims, sub }), /expected .*, found/);
});

test('the same name of another issuer is another', async () => {
  refuses(
    await services.sign(statement(), { ...claims, iss: 'https://issuer.example' }),
    /expected an identity of/,
  );
});

test('another image, or a statement of another kind, is refused', () => {
  refuses(bundle, /it is not about sha256:b/, { ...expected, digest: `sha256:${'b'.repeat(64)}` });
  refuses(bundle, /it is not about/, { ...expected, digest: hex });
  refuses(bundle, /expected a statement other, found/, { ...expected, predicateType: 'other' });
});

test('a signature by services that are not trusted is refused', async () => {
  refuses(await others.sign(statement(), claims), /does not hold/);
  refuses(bundle, /does not hold/, expected, others.trustedRoot);
});

test('a tampered statement, signature or certificate is refused', () => {
  const payload = Buffer.from(statement({ predicate: { network: ['*'] } })).toString('base64');
  refuses(
    changed(({ dsseEnvelope }) => (dsseEnvelope.payload = payload)),
    /does not hold/,
  );
  refuses(
    changed(({ dsseEnvelope }) => {
      dsseEnvelope.signatures = [{ sig: Buffer.alloc(70).toString('base64') }];
    }),
    /does not hold/,
  );
  refuses(
    changed(({ verificationMaterial: { certificate } }) => {
      assert.ok(certificate);
      const bytes = Buffer.from(certificate.rawBytes, 'base64');
      bytes[bytes.length - 10] = (bytes[bytes.length - 10] ?? 0) ^ 1;
      certificate.rawBytes = bytes.toString('base64');
    }),
    /does not hold/,
  );
});

test('without an entry of the log, or with one that was moved in time, it is refused', () => {
  refuses(
    changed(({ verificationMaterial }) => (verificationMaterial.tlogEntries = [])),
    /does not hold/,
  );
  refuses(
    changed(({ verificationMaterial: { tlogEntries } }) => {
      for (const entry of tlogEntries) entry.integratedTime = String(Number(entry.integratedTime) + 86_400);
    }),
    /does not hold/,
  );
});

test('what the log saw when the certificate was not valid, before or after, is refused', async () => {
  const day = 24 * 3_600_000;
  for (const shift of [-day, 2 * day]) {
    await using log = await sigstore({ logClock: new Date(Date.now() + shift) });
    refuses(await log.sign(statement(), claims), /certificate/, expected, log.trustedRoot);
  }
});

test('a proof of inclusion alone says not when, so no certificate was valid then', () => {
  const untimed = changed(({ verificationMaterial: { tlogEntries } }) => {
    for (const entry of tlogEntries) delete entry.inclusionPromise;
  });
  refuses(untimed, /expected 1 timestamps, got 0/);
});

test('a timestamp of an authority does not stand in for the log', async () => {
  const stamped = await keylessSigner(
    async () => Promise.resolve(identityToken({ ...claims })),
    services.services,
  ).sign(Buffer.from(statement()));
  assert.ok(verifiedStatement(stamped, { expected, trustedRoot }));
  refuses(
    changed(({ verificationMaterial }) => (verificationMaterial.tlogEntries = []), stamped),
    /does not hold/,
  );
});

test('a certificate that no trusted log of certificates has seen is refused', () => {
  const root = JSON.parse(trustedRoot) as object;
  const { ctlogs } = JSON.parse(others.trustedRoot) as { ctlogs: unknown };
  refuses(bundle, /does not hold/, expected, JSON.stringify({ ...root, ctlogs }));
});

test('a signed file is no signed statement', async () => {
  const signer = new FulcioSigner({
    fulcioBaseURL: urlOf(services.services),
    identityProvider: { getToken: async () => Promise.resolve(identityToken({ ...claims })) },
  });
  const witnesses = [new RekorWitness({ rekorBaseURL: urlOf(services.services) })];
  const builder = new MessageSignatureBundleBuilder({ signer, witnesses });
  const file = await builder.create({ data: Buffer.from(statement()) });
  refuses(JSON.stringify(bundleToJSON(file)), /signature verification failed/);
});

test('a time that nobody has signed is not said', async () => {
  const token = async (): Promise<string> => Promise.resolve(identityToken({ ...claims }));
  const stamped = await keylessSigner(token, services.services).sign(Buffer.from(statement()));
  const { at } = verifiedStatement(stamped, { expected, trustedRoot });
  const moved = changed(({ verificationMaterial: { tlogEntries } }) => {
    for (const entry of tlogEntries) {
      delete entry.inclusionPromise;
      entry.integratedTime = '1000000000';
    }
  }, stamped);
  // It holds by the timestamp authority, and the log's proof of inclusion; neither has signed that time.
  const found = verifiedStatement(moved, { expected, trustedRoot }).at ?? '';
  assert.ok(Math.abs(Date.parse(found) - Date.parse(at ?? '')) < 60_000, found);
});

test('a second signature beside a good one is refused, in either order', () => {
  const other = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;
  const sig = (JSON.parse(keyBundle(statement(), other)) as Parsed).dsseEnvelope.signatures;
  for (const order of ['before', 'after'] as const)
    refuses(
      changed(({ dsseEnvelope }) => {
        const { signatures } = dsseEnvelope;
        dsseEnvelope.signatures = order === 'before' ? [...sig, ...signatures] : [...signatures, ...sig];
      }),
      /no Sigstore bundle/,
    );
});

test('a subject counts by its sha256 alone, and a name said twice by the last', async () => {
  const algorithms = { sha512: hex, gitCommit: hex, SHA256: hex };
  const elsewhere = statement({ subject: [{ name: `sha256:${hex}`, digest: algorithms }] });
  refuses(await services.sign(elsewhere, claims), /it is not about/);
  const both = statement({ subject: [{ digest: { sha512: 'f'.repeat(128), sha256: hex } }] });
  assert.ok(verifiedStatement(await services.sign(both, claims), { expected, trustedRoot }));
  // As every reader of ours reads it: what is compared is what is used.
  const twice = statement().replace('"predicate":', '"predicate":{"network":["*"]},"predicate":');
  const { predicate } = verifiedStatement(await services.sign(twice, claims), {
    expected,
    trustedRoot,
  }).statement;
  assert.deepEqual(predicate, { network: [] });
});

test('what is signed must be a statement', async () => {
  refuses(await services.sign(statement(), claims, 'text/plain'), /expected application\/vnd\.in-toto\+json/);
  refuses(await services.sign('{}', claims), /no in-toto statement/);
  refuses(await services.sign(statement({ subject: [] }), claims), /no in-toto statement/);
});

test('what is no bundle, and one beyond all bounds, is refused before anything is verified', () => {
  refuses('{', /no Sigstore bundle/);
  refuses('{}', /no Sigstore bundle/);
  refuses(' '.repeat((16 << 20) + 1), /larger than 16 MiB/);
});

const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const byKey: Expected = {
  ...expected,
  signer: { kind: 'key', publicKey: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString() },
};

/** As cosign writes it with a key and without a log. */
function keyBundle(payload: string, key = pair.privateKey): string {
  const type = 'application/vnd.in-toto+json';
  const encoding = `DSSEv1 ${String(type.length)} ${type} ${String(Buffer.byteLength(payload))} ${payload}`;
  return JSON.stringify({
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: { publicKey: { hint: 'any' }, tlogEntries: [] },
    dsseEnvelope: {
      payload: Buffer.from(payload).toString('base64'),
      payloadType: type,
      signatures: [{ sig: signWith('sha256', Buffer.from(encoding), key).toString('base64'), keyid: '' }],
    },
  });
}

test('a statement signed with the key of the policy holds without any log; with another key it does not', () => {
  assert.equal(
    verifiedStatement(keyBundle(statement()), { expected: byKey, trustedRoot }).signer,
    'the key of the policy',
  );
  const other = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  refuses(keyBundle(statement(), other.privateKey), /does not hold/, byKey);
});

test('a key does not stand in for a certificate, nor the other way round', () => {
  refuses(keyBundle(statement()), /expected a signature by a certificate/);
  refuses(bundle, /expected a signature by a key/, byKey);
});
