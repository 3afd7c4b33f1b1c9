import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { bundleMediaType, predicateType } from '../../src/attest/predicates.ts';
import { statementBytes } from '../../src/attest/make-statement.ts';
import { runProfileOf } from '../../src/attest/run-profile.ts';
import { thisHost } from '../../src/host/this-host.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import { attachArtifacts } from '../../src/registry/content/attach.ts';
import { blobOfBytes } from '../../src/registry/content/blob.ts';
import { manifestOf, mediaType } from '../../src/registry/content/manifest.ts';
import { getManifest, putManifest } from '../../src/registry/content/manifests.ts';
import { listReferrers } from '../../src/registry/content/referrers.ts';
import { parseDigest } from '../../src/registry/digest.ts';
import { statementsFile } from '../../src/trust/kept-statements.ts';
import { readVerdict, verdictFile } from '../../src/trust/verdict.ts';
import { verifyImage } from '../../src/trust/verify-image.ts';
import { client } from '../registry/rig.ts';
import { faultyProxy, type Fault, type Seen } from '../registry/proxy.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { keySigner } from '../rig/key-signer.ts';
import { sigstore, type Claims } from '../rig/sigstore.ts';
import {
  attached,
  entryOfTest,
  payloads,
  published,
  repository,
  requestFor,
  rig,
  signedRig,
  type Rig,
} from './rig.ts';

const services = await sigstore();
after(() => services[Symbol.asyncDispose]());
const claims: Claims = {
  iss: 'https://token.actions.githubusercontent.com',
  sub: 'https://github.com/mcpcat-run/mcpcat/.github/workflows/rebuild.yml@refs/heads/main',
};

/** Nothing is started, the code says so, and the words name what does not hold. */
async function refuses(work: Promise<unknown>, says: RegExp, code = 'signature-refused'): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof McpcatError);
    assert.equal(error.code, code);
    assert.match([error.message, ...error.detail].join('\n'), says);
    return true;
  });
}

test('an image that its signer vouches for holds on each platform that was signed, and the verdict is kept', async (t) => {
  const { verify, digest, manifests, signer, cache, host } = await signedRig(t);
  const subject = requestFor({ host, digest }, { signing: signer.signing, cache });
  assert.equal(readVerdict(subject), undefined);
  const found = await verify();
  assert.deepEqual([found.digest, found.manifest], [digest, manifests[0]]);
  assert.equal(found.statements.length, 3);
  const { statements: _, ...verdict } = found;
  assert.deepEqual(readVerdict(subject), verdict);
  assert.equal((await verify({ platform: 'linux/arm64' })).manifest, manifests[1]);
});

test('a verdict is of one image, signer, entry, engine and trusted root alone', async (t) => {
  const { verify, digest, signer, cache, host } = await signedRig(t);
  await verify();
  const subject = requestFor({ host, digest }, { signing: signer.signing, cache });
  assert.ok(readVerdict(subject));
  const others = {
    image: { digest: `sha256:${'0'.repeat(64)}`, repository: undefined },
    signing: keySigner().signing,
    entry: entryOfTest('limits: { memory: 1g }\n'),
    surface: 'a'.repeat(64),
    endpoint: 'ssh://elsewhere',
    trustedRoot: '/root.json',
    cache: temporaryFolder(t),
  };
  for (const [key, value] of Object.entries(others))
    assert.equal(readVerdict({ ...subject, [key]: value }), undefined, key);
});

test('what nobody, or somebody else, has signed is refused', async (t) => {
  const { verify, state, host, digest, manifests } = await rig(t);
  await refuses(verify(), /the image sha256:[0-9a-f]+ is not signed by the catalog’s key/);
  const other = keySigner();
  for (const payload of Object.values(payloads({ digest, manifests }, entryOfTest())))
    await attached({ host }, digest, other.sign(payload));
  await refuses(verify(), /is not signed by[\s\S]*a signature does not hold/);
  await state(payloads({ digest, manifests }, entryOfTest()).signature);
  await refuses(verify(), /a test of it is not signed/);
});

test('an index whose platform manifest nobody has signed is refused', async (t) => {
  const { verify, state, digest } = await rig(t);
  const subjects = [{ name: 'echo', digest }];
  for (const [type, predicate] of [
    [predicateType.signature, {}],
    [predicateType.testResult, { result: 'PASSED' }],
    [predicateType.runProfile, runProfileOf(entryOfTest())],
  ] as const)
    await state(statementBytes({ subjects, predicateType: type, predicate }));
  await refuses(verify(), /the manifest sha256:[0-9a-f]+ of this platform is not signed/);
});

test('what the index may do is not said of the image that runs', async (t) => {
  const { verify, state, digest, manifests } = await rig(t);
  const { signature, result } = payloads({ digest, manifests }, entryOfTest());
  const profile = statementBytes({
    subjects: [{ name: 'echo', digest }],
    predicateType: predicateType.runProfile,
    predicate: runProfileOf(entryOfTest()),
  });
  for (const payload of [signature, result, profile]) await state(payload);
  await refuses(verify(), /what it may do is not signed/);
});

test('statements about another image, put beside this one, say nothing', async (t) => {
  const { verify, state, digest } = await rig(t);
  const other = { digest: parseDigest(`sha256:${'1'.repeat(64)}`, ''), manifests: [digest, digest] as const };
  for (const payload of Object.values(
    payloads({ ...other, manifests: [other.digest, other.digest] }, entryOfTest()),
  ))
    await state(payload);
  await refuses(verify(), /is not signed by[\s\S]*is about another image/);
});

test('a test that has failed is no test', async (t) => {
  const { verify, state, digest, manifests } = await rig(t);
  const { signature, profile } = payloads({ digest, manifests }, entryOfTest());
  const failed = statementBytes({
    subjects: [{ name: 'echo', digest }],
    predicateType: predicateType.testResult,
    predicate: { result: 'FAILED' },
  });
  for (const payload of [signature, profile, failed]) await state(payload);
  await refuses(verify(), /its test has not passed/);
});

const wider: Readonly<Record<string, readonly [string, RegExp]>> = {
  'another host': ['permissions: { network: ["evil.example:443"] }\n', /network: evil\.example:443/],
  'all hosts': ['permissions: { network: ["*"] }\n', /network: \*/],
  'a folder for writing': [
    'permissions: { mounts: [{ name: data, description: It., target: /data, mode: rw }] }\n',
    /folder data \(rw\)/,
  ],
  'the same folder elsewhere': [
    'permissions: { mounts: [{ name: data, description: It., target: /other, mode: ro }] }\n',
    /folder data \(ro\)/,
  ],
  'a folder in memory': [
    'permissions: { writable: [/tmp, /var/cache] }\n',
    /writes in memory at \/var\/cache/,
  ],
  'more memory': ['limits: { memory: 8g }\n', /memoryBytes: 8589934592 \(signed: /],
  'a setting': ['env: { TOKEN: { description: It., secret: true } }\n', /setting TOKEN/],
  'what it keeps': [
    'permissions: { state: [{ name: db, description: It., target: /db }] }\n',
    /keeps from run to run: db/,
  ],
};
for (const [what, [more, says]] of Object.entries(wider))
  test(`an entry that permits ${what} beyond what was signed is refused`, async (t) => {
    const { verify } = await signedRig(t);
    await refuses(verify({ entry: entryOfTest(more) }), says);
  });

test('an entry that permits less than was signed holds', async (t) => {
  const { verify } = await signedRig(t);
  await verify({
    entry: entryOfTest('permissions: { network: ["a.example.com:443"] }\nlimits: { memory: 64m }\n'),
  });
});

test('what a server is said to offer is that which was signed for its image, and nothing else', async (t) => {
  const [signed, other] = ['a'.repeat(64), 'b'.repeat(64)];
  const { verify } = await signedRig(t, signed);
  await verify({ surface: signed });
  await refuses(
    verify({ surface: other }),
    new RegExp(`surface\\.json[\\s\\S]*expected sha256:${signed}, found sha256:${other}`),
  );
  await refuses(verify({ surface: undefined }), new RegExp(`expected sha256:${signed}, found no surface`));
  await refuses(verify({ surface: '' }), /expected sha256:a+, found sha256:/);
  const without = await signedRig(t);
  await without.verify({ surface: undefined });
  await refuses(without.verify({ surface: other }), new RegExp(`expected no surface, found sha256:${other}`));
});

test('a surface that was signed for the same image later holds, beside the one before', async (t) => {
  const [first, second] = ['a'.repeat(64), 'b'.repeat(64)];
  const { verify, state, digest, manifests } = await signedRig(t, first);
  await state(payloads({ digest, manifests }, entryOfTest(), second).profile);
  for (const surface of [first, second]) await verify({ surface });
  await refuses(
    verify({ surface: 'c'.repeat(64) }),
    /expected sha256:(?:a+ or sha256:b+|b+ or sha256:a+), found/,
  );
});

test('a surface that fits does not make up for permissions that are wider', async (t) => {
  const surface = 'a'.repeat(64);
  const { verify, state, digest, manifests } = await signedRig(t);
  await state(payloads({ digest, manifests }, entryOfTest('limits: { memory: 64m }\n'), surface).profile);
  await refuses(verify({ surface }), /surface\.json[\s\S]*expected no surface/);
});

test('a workflow’s identity is compared to the letter, and its look-alikes are others', async (t) => {
  const image = await published(t);
  const root = temporaryFolder(t, { 'root.json': services.trustedRoot });
  const env = { DOCKER_CONFIG: '/nonexistent', MCPCAT_TRUSTED_ROOT: `${root}/root.json` };
  const verify = (identity: string, issuer = claims.iss) =>
    verifyImage({
      ...requestFor(image, { signing: { identity, issuer }, cache: temporaryFolder(t) }),
      env,
      trustedRoot: env.MCPCAT_TRUSTED_ROOT,
    });
  for (const payload of Object.values(payloads(image, entryOfTest())))
    await attached(image, image.digest, await services.sign(payload.toString(), claims));
  const { statements } = await verify(claims.sub);
  assert.equal(statements[0]?.signer, `${claims.sub} (${claims.iss})`);
  assert.match(statements[0]?.at ?? '', /^\d{4}-/);
  for (const identity of [
    claims.sub.slice(0, -1),
    `${claims.sub}x`,
    claims.sub.replace('github.com', 'githubXcom'),
    claims.sub.replace('.yml@', '.yaml@'),
    claims.sub.replace('/main', '/Main'),
    claims.sub.replace('mcpcat-run', 'mcpcat–run'),
    '.*',
  ])
    await refuses(verify(identity), /is not signed by[\s\S]*expected .*, found https:\/\/github\.com/);
  await refuses(
    verify(claims.sub, 'https://token.actions.githubusercontent.com.evil.example'),
    /found one of/,
  );
});

test('what was kept of a look is judged anew without a network, and a changed copy is refused', async (t) => {
  const { verify, digest, cache, manifests } = await signedRig(t);
  await refuses(verify({ network: 'none' }), /no statements about sha256:[0-9a-f]+ are kept here/);
  await verify();
  const offline = { network: 'none', image: { digest, repository: '127.0.0.1:1/gone' } } as const;
  assert.equal((await verify(offline)).manifest, manifests[0]);
  await refuses(verify({ ...offline, signing: keySigner().signing }), /is not signed by/);
  const file = statementsFile(cache, digest);
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace(/"base64":"..../, '"base64":"AAAA'));
  await refuses(verify(offline), /no statements about/);
  writeFileSync(file, text.replaceAll(/\\"sig\\":\\"......../g, '\\"sig\\":\\"MEUCIQDa'));
  await refuses(verify(offline), /is not signed by/);
});

test('what another user has put where verdicts and statements are kept is not believed', async (t) => {
  const { verify, digest, signer, cache, host } = await signedRig(t);
  await verify();
  const subject = requestFor({ host, digest }, { signing: signer.signing, cache });
  assert.ok(readVerdict(subject));
  t.mock.method(thisHost(), 'owns', () => false);
  assert.equal(readVerdict(subject), undefined);
  await refuses(verify({ network: 'none' }), /no statements about sha256:[0-9a-f]+ are kept here/);
});

test('a verdict that was kept of something else says nothing, whatever its file is called', async (t) => {
  const { verify, digest, signer, cache, host } = await signedRig(t);
  await verify();
  const subject = requestFor({ host, digest }, { signing: signer.signing, cache });
  const permitted = { ...subject, entry: entryOfTest('permissions: { network: ["*"] }\n') };
  copyFileSync(verdictFile(subject), verdictFile(permitted));
  assert.equal(readVerdict(permitted), undefined);
  writeFileSync(verdictFile(subject), readFileSync(verdictFile(subject), 'utf8').slice(0, -1));
  assert.equal(readVerdict(subject), undefined);
});

test('what lies beside an image under another type is not taken for a statement', async (t) => {
  const made = await rig(t);
  const registry = client(made.host);
  const { mediaType: type, bytes } = await getManifest(registry, repository, made.digest);
  const subject = { digest: made.digest, mediaType: type, size: bytes.length };
  for (const payload of Object.values(payloads(made, entryOfTest()))) {
    const layers = [blobOfBytes(bundleMediaType, Buffer.from(made.signer.sign(payload)))];
    const artifacts = [{ artifactType: 'application/vnd.example.sbom', layers, annotations: {} }];
    await attachArtifacts(registry, repository, { subject, artifacts });
  }
  let blobs = 0;
  await refuses(
    through(made, (seen) => {
      if (isStatement(seen)) blobs++;
      return undefined;
    }),
    /is not signed by/,
  );
  assert.equal(blobs, 0, 'it was read');
});

test('an index that is signed leads to the very manifest that is judged, also where the registry has another', async (t) => {
  const made = await signedRig(t);
  const foreign = await getManifest(client(made.host), repository, made.manifests[1]);
  const body = foreign.bytes.toString('utf8');
  await refuses(
    through(made, ({ url }) =>
      url.endsWith(`/manifests/${made.manifests[0]}`)
        ? { kind: 'answer', status: 200, headers: { 'content-type': foreign.mediaType }, body }
        : undefined,
    ),
    /expected sha256/,
    'integrity-mismatch',
  );
});

/** The same registry with something on its way. */
async function through(made: Rig, fault: (request: Seen, count: number) => Fault | undefined): Promise<void> {
  let count = 0;
  await using proxy = await faultyProxy(made.host, (seen) => fault(seen, count++));
  await made.verify({ image: { digest: made.digest, repository: `${proxy.host}/${repository}` } });
}

const isStatement = ({ url }: Seen): boolean => url.includes('/blobs/');

test('a statement or an index that is changed on its way is refused', async (t) => {
  const made = await signedRig(t);
  const flip: Fault = { kind: 'flip' };
  await refuses(
    through(made, (seen) => (isStatement(seen) ? flip : undefined)),
    /is not signed by[\s\S]*expected sha256/,
  );
  await refuses(
    through(made, ({ url }) => (url.endsWith(`/manifests/${made.digest}`) ? flip : undefined)),
    /expected sha256/,
    'integrity-mismatch',
  );
});

test('a registry that answers different bytes to different calls is caught at the digest', async (t) => {
  const made = await signedRig(t);
  const answer = (body: string): Fault => ({ kind: 'answer', status: 200, body });
  let calls = 0;
  await refuses(
    through(made, (seen) => (isStatement(seen) && calls++ % 2 === 1 ? answer('{"other": 1}') : undefined)),
    /is not signed by/,
  );
});

/** A list of referrers as the API answers it. */
function listing(manifests: readonly object[]): Fault {
  return {
    kind: 'answer',
    status: 200,
    headers: { 'content-type': 'application/vnd.oci.image.index.v1+json' },
    body: JSON.stringify({ schemaVersion: 2, manifests }),
  };
}
const descriptor = (index: number, more: object = {}): object => ({
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  digest: `sha256:${index.toString(16).padStart(64, '0')}`,
  size: 100,
  artifactType: bundleMediaType,
  ...more,
});
const isList = ({ url }: Seen): boolean => url.includes('/referrers/');

test('a list of referrers that lies, or has no end, costs a bounded number of questions and starts nothing', async (t) => {
  const made = await signedRig(t);
  let asked = 0;
  const many = Array.from({ length: 5000 }, (_, index) => descriptor(index));
  await refuses(
    through(made, (seen) => {
      asked++;
      return isList(seen) ? listing(many) : undefined;
    }),
    /lists 5000 statements: the first 64 were looked at/,
  );
  assert.ok(asked < 100, `${String(asked)} questions`);
  await refuses(
    through(made, (seen) =>
      isList(seen) ? listing([descriptor(1, { digest: 'sha256:short' })]) : undefined,
    ),
    /expected an image index/,
    'registry-failed',
  );
  const huge: Fault = {
    kind: 'answer',
    status: 200,
    headers: { 'content-type': 'application/vnd.oci.image.index.v1+json' },
    body: ' '.repeat((4 << 20) + 1),
  };
  await refuses(
    through(made, (seen) => (isList(seen) ? huge : undefined)),
    /expected at most/,
    'registry-failed',
  );
});

test('a list that does not say of what type an artifact is is read all the same', async (t) => {
  const made = await signedRig(t);
  const found = await listReferrers(client(made.host), repository, made.digest);
  const bare = found.map(({ mediaType: type, digest, size }) => ({ mediaType: type, digest, size }));
  await through(made, (seen) => (isList(seen) ? listing(bare) : undefined));
});

test('a statement of 100 MB is not read, whether it says so or not', async (t) => {
  const made = await rig(t);
  await made.state(payloads(made, entryOfTest()).signature);
  const registry = client(made.host);
  const empty = { mediaType: mediaType.empty, digest: made.digest, size: 2 };
  const large = { mediaType: bundleMediaType, digest: made.digest, size: 100 << 20 };
  const manifest = manifestOf(mediaType.manifest, { config: empty, layers: [large] });
  await putManifest(registry, repository, { manifest, as: manifest.digest });
  const { digest } = manifest;
  let blobs = 0;
  await refuses(
    through(made, (seen) => {
      if (isStatement(seen)) blobs++;
      return isList(seen) ? listing([descriptor(0, { digest })]) : undefined;
    }),
    /is not signed by[\s\S]*expected at most 16 MiB, found 104857600 bytes/,
  );
  assert.equal(blobs, 0, 'it was asked for');
  // A blob that is longer than its descriptor says is given up at that length.
  const long: Fault = { kind: 'answer', status: 200, body: 'x'.repeat(5 << 20) };
  await refuses(
    through(made, (seen) => (isStatement(seen) ? long : undefined)),
    /is not signed by[\s\S]*found more/,
  );
});

test('of many statements that are within bounds each only so many are read that all together are', async (t) => {
  const made = await rig(t);
  const registry = client(made.host);
  const empty = { mediaType: mediaType.empty, digest: made.digest, size: 2 };
  const listed: object[] = [];
  for (let index = 1; index <= 6; index++) {
    const digest = parseDigest(`sha256:${String(index).repeat(64)}`, '');
    const layers = [{ mediaType: bundleMediaType, digest, size: 15 << 20 }];
    const manifest = manifestOf(mediaType.manifest, { config: empty, layers });
    await putManifest(registry, repository, { manifest, as: manifest.digest });
    listed.push(descriptor(0, { digest: manifest.digest }));
  }
  let blobs = 0;
  await refuses(
    through(made, (seen) => {
      if (isStatement(seen)) blobs++;
      return isList(seen) ? listing(listed) : undefined;
    }),
    /the statements are larger than 64 MiB together/,
  );
  assert.equal(blobs, 4);
});

test('verification does not ask what time it is here: a clock that is wrong by a year changes nothing', async (t) => {
  const image = await published(t);
  const root = temporaryFolder(t, { 'root.json': services.trustedRoot });
  const env = { DOCKER_CONFIG: '/nonexistent', MCPCAT_TRUSTED_ROOT: `${root}/root.json` };
  for (const payload of Object.values(payloads(image, entryOfTest())))
    await attached(image, image.digest, await services.sign(payload.toString(), claims));
  const year = 365 * 24 * 3_600_000;
  for (const shift of [-year, year]) {
    const now = Date.now() + shift;
    t.mock.timers.enable({ apis: ['Date'], now });
    const signing = { identity: claims.sub, issuer: claims.iss };
    await verifyImage({
      ...requestFor(image, { signing, cache: temporaryFolder(t) }),
      env,
      trustedRoot: env.MCPCAT_TRUSTED_ROOT,
    });
    t.mock.timers.reset();
  }
});
