import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { z } from 'zod';
import type { Lock } from '../../src/catalog/lock.ts';
import { parseSource } from '../../src/catalog/source.ts';
import { pypiWord } from '../../src/provenance/pypi.ts';
import type { UpstreamWord } from '../../src/provenance/word.ts';
import { sigstore } from '../rig/sigstore.ts';
import { answering } from '../rig/vouching-services.ts';

const services = await sigstore();
after(() => services[Symbol.asyncDispose]());

const file = 'some_server-1.2.0-py3-none-any.whl';
const sha256 = 'ab'.repeat(32);
const claims = {
  iss: 'https://token.actions.githubusercontent.com',
  sub: 'https://github.com/owner/some-server/.github/workflows/release.yml@refs/tags/v1.2.0',
};
const lock: Lock = {
  lockVersion: 1,
  source: 'pypi:Some_Server',
  version: '1.2.0',
  runtime: 'python',
  bin: {},
  scripts: [],
  artifacts: [
    {
      kind: 'pypi',
      name: 'some-server',
      version: '1.2.0',
      url: 'https://files.pythonhosted.org/x',
      file,
      sha256,
    },
  ],
};
const publisher = {
  kind: 'GitHub',
  repository: 'owner/some-server',
  workflow: 'release.yml',
  environment: null,
};
const SigstoreBundle = z.object({
  verificationMaterial: z.object({
    certificate: z.object({ rawBytes: z.string() }),
    tlogEntries: z.array(z.unknown()),
  }),
  dsseEnvelope: z.object({ payload: z.string(), signatures: z.array(z.object({ sig: z.string() })) }),
});

/** A provenance object as PyPI has it (PEP 740), of what the mock of Sigstore signs. */
async function provenance({ digest = sha256, about = file, by = publisher } = {}): Promise<object> {
  const statement = JSON.stringify({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: about, digest: { sha256: digest } }],
    predicateType: 'https://docs.pypi.org/attestations/publish/v1',
    predicate: null,
  });
  const bundle = SigstoreBundle.parse(JSON.parse(await services.sign(statement, claims)));
  const { certificate, tlogEntries } = bundle.verificationMaterial;
  const attestation = {
    version: 1,
    verification_material: { certificate: certificate.rawBytes, transparency_entries: tlogEntries },
    envelope: {
      statement: bundle.dsseEnvelope.payload,
      signature: bundle.dsseEnvelope.signatures[0]?.sig,
    },
  };
  return { version: 1, attestation_bundles: [{ publisher: by, attestations: [attestation] }] };
}

interface Served {
  readonly apiVersion?: string;
  readonly announced?: string | null;
  readonly document?: object;
}

async function asked({
  apiVersion = '1.3',
  announced = 'https://…',
  document,
}: Served): Promise<UpstreamWord> {
  const answers = new Map<string, object>([
    [
      '/simple/some-server/',
      { meta: { 'api-version': apiVersion }, files: [{ filename: file, provenance: announced }] },
    ],
  ]);
  if (document !== undefined) answers.set(`/integrity/some-server/1.2.0/${file}/provenance`, document);
  await using index = await answering(answers);
  const env = { UV_INDEX_URL: `${index.url}/simple` };
  const trustedRoot = (): Promise<string> => Promise.resolve(services.trustedRoot);
  return await pypiWord({ source: parseSource('pypi:Some_Server'), lock, env, trustedRoot });
}

test('an attestation by the publisher that the index names, about the locked file, holds', async () => {
  const word = await asked({ document: await provenance() });
  assert.deepEqual(word, {
    checks: {
      provenance: { state: 'ok', tried: ['signature', 'log', 'subject', 'publisher'], by: claims.sub },
    },
    origin: { repository: 'https://github.com/owner/some-server', workflow: '.github/workflows/release.yml' },
    publisher: 'GitHub owner/some-server release.yml',
  });
});

test('an attestation of other bytes, of another file, or by another repository than is named is refused', async () => {
  const cases: readonly (readonly [document: object, says: RegExp])[] = [
    [await provenance({ digest: 'cd'.repeat(32) }), /is not about some_server-1\.2\.0/],
    [await provenance({ about: 'other-1.2.0-py3-none-any.whl' }), /is not about/],
    [await provenance({ by: { ...publisher, repository: 'owner/some' } }), /the index names owner\/some,/],
  ];
  for (const [document, says] of cases) {
    const check = (await asked({ document })).checks.provenance;
    assert.ok(check?.state === 'refused', String(says));
    assert.match(check.reason, says);
  }
});

test('only an index that knows of provenance can say that there is none', async () => {
  assert.deepEqual((await asked({ announced: null })).checks.provenance, { state: 'absent' });
  for (const served of [{ apiVersion: '1.1', announced: null }, {}, { document: { version: 2 } }] as const)
    assert.equal((await asked(served)).checks.provenance?.state, 'not-checked', JSON.stringify(served));
});
