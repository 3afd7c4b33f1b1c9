import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Lock } from '../../src/catalog/lock.ts';
import { parseSource } from '../../src/catalog/source.ts';
import { npmWord } from '../../src/provenance/npm.ts';
import type { UpstreamWord } from '../../src/provenance/word.ts';
import { sigstore } from '../rig/sigstore.ts';
import { answering, npmKey } from '../rig/vouching-services.ts';

const services = await sigstore();
const others = await sigstore();
after(async () => {
  await services[Symbol.asyncDispose]();
  await others[Symbol.asyncDispose]();
});

const name = '@scope/server';
const integrity = `sha512-${'A'.repeat(86)}==`;
const claims = {
  iss: 'https://token.actions.githubusercontent.com',
  sub: 'https://github.com/scope/server/.github/workflows/release.yml@refs/tags/v1.2.0',
};
const statement = (subject = 'pkg:npm/%40scope/server@1.2.0', hex = '00'.repeat(64)): string =>
  JSON.stringify({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: subject, digest: { sha512: hex } }],
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {},
  });
const lock: Lock = {
  lockVersion: 1,
  source: `npm:${name}`,
  version: '1.2.0',
  published: '2026-10-01T00:00:00Z',
  runtime: 'node',
  bin: {},
  scripts: [],
  artifacts: [{ kind: 'npm', name, version: '1.2.0', url: 'https://registry.npmjs.org/x.tgz', integrity }],
};

interface Served {
  readonly dist?: object;
  readonly keys?: readonly object[];
  readonly bundle?: string;
}

const key = npmKey();
const signatures = [{ keyid: key.keyid, sig: key.sign(`${name}@1.2.0:${integrity}`) }];
const attestations = { url: 'https://registry.npmjs.org/-/npm/v1/attestations/@scope%2fserver@1.2.0' };
const good: Served = {
  dist: { integrity, signatures, attestations },
  keys: [{ keyid: key.keyid, key: key.key, expires: null }],
  bundle: await services.sign(statement(), claims),
};

async function asked(served: Served, root: 'ours' | 'no root' = 'ours'): Promise<UpstreamWord> {
  const answers = new Map<string, object>();
  if (served.dist !== undefined)
    answers.set(`/${name}/1.2.0`, { dist: served.dist, _npmUser: { name: 'somebody' } });
  if (served.keys !== undefined) answers.set('/-/npm/v1/keys', { keys: served.keys });
  if (served.bundle !== undefined)
    answers.set(`/-/npm/v1/attestations/${name}@1.2.0`, {
      attestations: [
        { predicateType: 'https://slsa.dev/provenance/v1', bundle: JSON.parse(served.bundle) as object },
      ],
    });
  await using registry = await answering(answers);
  const env = { npm_config_registry: registry.url };
  const trustedRoot = root === 'ours' ? () => Promise.resolve(services.trustedRoot) : undefined;
  return await npmWord({ source: parseSource(`npm:${name}`), lock, env, trustedRoot });
}

test('a signature of the registry and a provenance about the locked hash hold', async () => {
  const { checks, origin, publisher } = await asked(good);
  assert.deepEqual(checks.registrySignature, {
    state: 'ok',
    tried: ['hash', 'key', 'signature'],
    by: key.keyid,
  });
  assert.deepEqual(checks.provenance, {
    state: 'ok',
    tried: ['signature', 'log', 'subject'],
    by: claims.sub,
  });
  assert.deepEqual(origin, {
    repository: 'https://github.com/scope/server',
    workflow: '.github/workflows/release.yml',
  });
  assert.equal(publisher, 'somebody');
});

test('without a trusted root the provenance is read, and no signature is said to hold', async () => {
  const { checks } = await asked({ ...good, bundle: await others.sign(statement(), claims) }, 'no root');
  assert.deepEqual(checks.provenance, { state: 'ok', tried: ['subject'], by: claims.sub });
});

test('a registry that leaves out signatures, keys or attestations was not asked: that is never “none”', async () => {
  const stripped = await asked({ ...good, dist: { integrity } });
  assert.equal(stripped.checks.registrySignature?.state, 'not-checked');
  assert.equal(stripped.checks.provenance?.state, 'not-checked');
  const silent = await asked({ dist: good.dist ?? {} });
  assert.equal(silent.checks.registrySignature?.state, 'not-checked');
  assert.equal(silent.checks.provenance?.state, 'not-checked');
  const nothing = await asked({});
  assert.equal(nothing.checks.provenance?.state, 'not-checked');
});

test('a registry that signs and knows no provenance says “none”', async () => {
  const { checks, origin } = await asked({ ...good, dist: { integrity, signatures } });
  assert.deepEqual(checks.provenance, { state: 'absent' });
  assert.equal(origin, null);
});

test('a signature that does not hold is refused: of other bytes, with an expired key, with a key of another name', async () => {
  const other = npmKey();
  const cases: readonly (readonly [served: Served, says: RegExp])[] = [
    [
      { ...good, dist: { integrity, signatures: [{ keyid: key.keyid, sig: key.sign('something else') }] } },
      /does not hold/,
    ],
    [{ ...good, keys: [{ keyid: key.keyid, key: key.key, expires: '2026-01-01T00:00:00Z' }] }, /had expired/],
    [{ ...good, keys: [{ keyid: key.keyid, key: other.key, expires: null }] }, /is not SHA256:/],
    [
      { ...good, dist: { integrity: `sha512-${'B'.repeat(86)}==`, signatures } },
      /another hash than the lock/,
    ],
    [{ ...good, keys: [{ keyid: key.keyid, key: 'bm9uc2Vuc2U=', expires: null }] }, /can’t be read/],
  ];
  for (const [served, says] of cases) {
    const { checks } = await asked(served);
    const check = checks.registrySignature;
    assert.ok(check?.state === 'refused', String(says));
    assert.match(check.reason, says);
  }
});

test('a provenance that does not hold is refused: by strangers, about another release, about other bytes', async () => {
  const cases: readonly (readonly [bundle: string, says: RegExp])[] = [
    [await others.sign(statement(), claims), /does not hold/],
    [
      await services.sign(statement('pkg:npm/%40scope/server@1.1.0'), claims),
      /is not about pkg:npm\/%40scope\/server@1\.2\.0/,
    ],
    [
      await services.sign(statement('pkg:npm/%40scope/server@1.2.0', '11'.repeat(64)), claims),
      /is not about/,
    ],
    ['{"mediaType":"nonsense"}', /no Sigstore bundle/],
  ];
  for (const [bundle, says] of cases) {
    const { checks, origin } = await asked({ ...good, bundle });
    const check = checks.provenance;
    assert.ok(check?.state === 'refused', String(says));
    assert.match(check.reason, says);
    assert.equal(origin, null);
  }
});
