import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { fetchDebs } from '../../src/debian/fetch-debs.ts';
import { addressesOf, LockedDeb } from '../../src/debian/locked-deb.ts';
import { Store } from '../../src/fetch/store.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { debianArchive } from '../rig/debian-archive.ts';

const content = Buffer.from('a package');
const tail = 'pool/main/t/tiny/tiny_1.0-1_all.deb';
const deb: LockedDeb = {
  name: 'tiny',
  version: '1.0-1',
  architecture: 'all',
  pool: `debian/${tail}`,
  snapshot: '20261121T091544Z',
  sha256: createHash('sha256').update(content).digest('hex'),
  bytes: content.length,
};
const security = { ...deb, pool: 'debian-security/pool/updates/main/t/tiny/tiny_1.0-1_all.deb' };

async function fetched(
  t: TestContext,
  files: Readonly<Record<string, Buffer | number>>,
  locked = deb,
): Promise<{ content: Buffer; asked: readonly string[] }> {
  const { asked, ...places } = await debianArchive(t, files);
  const store = new Store(temporaryFolder(t));
  const [found] = await fetchDebs([locked], { store, places });
  assert.ok(found !== undefined);
  return { content: readFileSync(found.file), asked };
}

test('a locked package comes from the mirror, each archive from its own place', async (t) => {
  assert.deepEqual((await fetched(t, { [`/debian/${tail}`]: content })).content, content);
  const { asked } = await fetched(t, { [`/${security.pool}`]: content }, security);
  assert.deepEqual(asked, [`/${security.pool}`]);
});

test('a version that left the mirror comes from the snapshot archive, from the copy before the time of the lock', async (t) => {
  const found = await fetched(t, { [`/archive/debian/20261121T083000Z/${tail}`]: content });
  assert.deepEqual(found.content, content);
  assert.deepEqual(found.asked, [
    `/debian/${tail}`,
    `/archive/debian/20261121T091544Z/${tail}`,
    `/archive/debian/20261121T083000Z/${tail}`,
  ]);
});

test('a package that is newer than the copy before the time of its index is found in a later copy', async (t) => {
  const found = await fetched(t, {
    [`/archive/debian/20261121T030000Z/pool/main/o/other.deb`]: Buffer.from('older'),
    [`/archive/debian/20261121T150000Z/${tail}`]: content,
  });
  assert.deepEqual(found.content, content);
});

test('security packages are looked for in the snapshot of their own archive', async (t) => {
  const place = '/archive/debian-security/20261121T091544Z/pool/updates/main/t/tiny/tiny_1.0-1_all.deb';
  assert.deepEqual((await fetched(t, { [place]: content }, security)).content, content);
});

test('a mirror that hands out other bytes under the name is passed over, and nothing of it is kept', async (t) => {
  const found = await fetched(t, {
    [`/debian/${tail}`]: Buffer.from('replaced'),
    [`/archive/debian/20261121T091544Z/${tail}`]: content,
  });
  assert.deepEqual(found.content, content);
});

test('a package that neither place has is said to be gone, with what to do', async (t) => {
  await assert.rejects(fetched(t, {}), {
    name: 'McpcatError',
    code: 'package-gone',
    exitCode: 3,
    message:
      /^tiny 1\.0-1: neither http:\/\/127\.0\.0\.1:\d+\/debian nor the snapshot archive http.* has the locked package$/,
    inputs: [{ name: 'mirror' }, { name: 'snapshot' }, { name: 'newest-base' }],
  });
});

test('a place that is down is an outage: the package may well be there', async (t) => {
  const down = Object.fromEntries([`/debian/${tail}`].map((name) => [name, 418]));
  await assert.rejects(fetched(t, down), { code: 'upstream-unavailable', exitCode: 3 });
});

test('a package that is in the store is asked of nobody', async (t) => {
  const { asked, ...places } = await debianArchive(t, { [`/debian/${tail}`]: content });
  const store = new Store(temporaryFolder(t));
  await fetchDebs([deb], { store, places });
  await fetchDebs([deb, deb], { store, places });
  assert.equal(asked.length, 1);
});

test('the places of a package are spelled as the archives spell them, with or without a slash at the end', () => {
  const places = { mirror: 'http://deb.debian.org/debian/', snapshotArchive: 'https://snapshot.debian.org/' };
  assert.deepEqual(addressesOf(deb, places), [
    `http://deb.debian.org/debian/${tail}`,
    `https://snapshot.debian.org/archive/debian/20261121T091544Z/${tail}`,
    `https://snapshot.debian.org/archive/debian/20261122T091544Z/${tail}`,
  ]);
  const [mirror] = addressesOf(security, places);
  assert.equal(mirror, `http://deb.debian.org/${security.pool}`);
});

test('a lock with another place than a pool, a short hash or a vague time is not one', () => {
  for (const wrong of [
    { pool: '../../etc/passwd.deb' },
    { pool: 'ubuntu/pool/main/x.deb' },
    { pool: 'debian/pool/main/a b.deb' },
    { sha256: 'abc' },
    { snapshot: '2026-11-21' },
    { bytes: 0 },
  ])
    assert.equal(LockedDeb.safeParse({ ...deb, ...wrong }).success, false, JSON.stringify(wrong));
});
