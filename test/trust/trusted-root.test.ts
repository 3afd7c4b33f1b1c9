import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { canonicalJson } from '../../src/registry/content/manifest.ts';
import { trustedRoot } from '../../src/trust/trusted-root.ts';
import { loopback } from '../fetch/loopback.ts';
import { temporaryFolder } from '../lib/temporary.ts';

const shippedFile = path.resolve(import.meta.dirname, '../../src/trust/trusted-root.json');
const shipped = JSON.parse(readFileSync(shippedFile, 'utf8')) as Root;
interface Root {
  readonly tlogs: readonly { readonly baseUrl: string }[];
}
const logsIn = (text: string): readonly string[] =>
  (JSON.parse(text) as Root).tlogs.map(({ baseUrl }) => baseUrl);
const newer = JSON.stringify({ ...shipped, tlogs: shipped.tlogs.slice(0, 1) });
const day = 24 * 3_600_000;

/** A TUF repository (theupdateframework.github.io, version 1.0) on loopback, with one key for all its roles. */
async function repository(t: TestContext, target = newer) {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('hex');
  const key = { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: raw } };
  const keyid = createHash('sha256').update(canonicalJson(key)).digest('hex');
  const role = { keyids: [keyid], threshold: 1 };
  const signed = (type: string, content: object): string => {
    const expires = new Date(Date.now() + 400 * day).toISOString().replace(/\.\d+/, '');
    const value = { _type: type, spec_version: '1.0.31', version: 1, expires, ...content };
    const sig = sign(null, canonicalJson(value), privateKey).toString('hex');
    return JSON.stringify({ signed: value, signatures: [{ keyid, sig }] });
  };
  const roles = { root: role, timestamp: role, snapshot: role, targets: role };
  const files = new Map([
    ['/timestamp.json', signed('timestamp', { meta: { 'snapshot.json': { version: 1 } } })],
    ['/snapshot.json', signed('snapshot', { meta: { 'targets.json': { version: 1 } } })],
    [
      '/targets.json',
      signed('targets', {
        targets: {
          'trusted_root.json': {
            length: newer.length,
            hashes: { sha256: createHash('sha256').update(newer).digest('hex') },
          },
        },
      }),
    ],
    ['/targets/trusted_root.json', target],
  ]);
  let requests = 0;
  const server = await loopback(t, (request, response) => {
    requests++;
    const body = files.get(request.url ?? '');
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  const rootFile = path.join(temporaryFolder(t), 'root.json');
  writeFileSync(rootFile, signed('root', { keys: { [keyid]: key }, roles, consistent_snapshot: false }));
  return { url: server.url, rootFile, requests: () => requests };
}

test('the root that is shipped is the one that the library comes with', () => {
  const seeds = createRequire(import.meta.url)('@sigstore/tuf/seeds.json') as Record<
    string,
    { targets: Record<string, string> }
  >;
  const [seed] = Object.values(seeds);
  const target = Buffer.from(seed?.targets['trusted_root.json'] ?? '', 'base64').toString();
  assert.deepEqual(shipped, JSON.parse(target));
});

test('a newer root is taken from where TUF vouches for it, and kept for a week', async (t) => {
  const from = await repository(t);
  const request = { env: {}, cache: temporaryFolder(t), network: 'allowed', repository: from } as const;
  assert.deepEqual(logsIn(await trustedRoot(request)), logsIn(newer));
  const asked = from.requests();
  assert.ok(asked > 0);
  assert.deepEqual(logsIn(await trustedRoot(request)), logsIn(newer));
  assert.deepEqual(logsIn(await trustedRoot({ ...request, network: 'none' })), logsIn(newer));
  assert.equal(from.requests(), asked, 'it was asked again');
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 8 * day });
  await trustedRoot(request);
  assert.ok(from.requests() > asked);
});

test('a root that TUF does not vouch for, or that can not be had, leaves the one that is shipped', async (t) => {
  const changed = await repository(t, newer.replace('rekor', 'other'));
  const nobody = { url: 'http://127.0.0.1:9', rootFile: changed.rootFile };
  for (const from of [changed, nobody]) {
    const request = { env: {}, cache: temporaryFolder(t), network: 'allowed', repository: from } as const;
    assert.deepEqual(logsIn(await trustedRoot(request)), logsIn(JSON.stringify(shipped)));
  }
  const request = { env: {}, cache: temporaryFolder(t), network: 'allowed', repository: changed } as const;
  await trustedRoot(request);
  const asked = changed.requests();
  await trustedRoot(request);
  assert.equal(changed.requests(), asked, 'it was asked again within the day');
});

test('a root of the user’s own takes the place of all others, and must be one', async (t) => {
  const folder = temporaryFolder(t, { 'own.json': newer, 'none.json': '[' });
  const request = { cache: folder, network: 'allowed' } as const;
  const own = (name: string) =>
    trustedRoot({ ...request, env: { MCPCAT_TRUSTED_ROOT: path.join(folder, name) } });
  assert.equal(await own('own.json'), newer);
  await assert.rejects(own('none.json'), { code: 'io-failed', message: /MCPCAT_TRUSTED_ROOT/ });
  await assert.rejects(own('absent.json'), { code: 'io-failed' });
});
