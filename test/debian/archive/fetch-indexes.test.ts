import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import { fetchIndexes, type Indexes } from '../../../src/debian/archive/fetch-indexes.ts';
import { suites } from '../../../src/debian/archive/suites.ts';
import { Store } from '../../../src/fetch/store.ts';
import { temporaryFolder } from '../../lib/temporary.ts';
import { debianArchive } from '../../rig/debian-archive.ts';
import {
  indexName as index,
  inRelease,
  mirrorFiles,
  signingKey,
  trusting,
} from '../../rig/signed-archive.ts';

const key = await signingKey();
const packages = Buffer.from('not really xz: nothing here unpacks it');

type Files = Record<string, Buffer | number>;

/** Each suite's is a day later than the one before. */
function dateOf(suite: string): Date {
  return new Date(Date.UTC(2026, 10, 21 + suites.findIndex(({ name }) => name === suite)));
}

/** From a mirror of all suites, signed by our key; `alter` may damage it. */
async function fetched(t: TestContext, alter: (files: Files) => void = () => undefined): Promise<Indexes> {
  const folder = temporaryFolder(t, trusting(key));
  const files: Files = await mirrorFiles(key, (suite) => ({ date: dateOf(suite), index: packages }));
  alter(files);
  const { mirror } = await debianArchive(t, files);
  return fetchIndexes({ mirror, architectures: ['amd64'], templates: folder, store: new Store(folder) });
}

test('the indexes of all suites are fetched, with the date of the newest signature of each archive', async (t) => {
  const { files, dates } = await fetched(t);
  assert.equal(files.size, 2 * suites.length);
  assert.deepEqual(files.get(`debian-security/dists/trixie-security/${index}`), packages);
  assert.equal(dates.debian.toISOString(), '2026-11-22T00:00:00.000Z');
  assert.equal(dates['debian-security'].toISOString(), '2026-11-23T00:00:00.000Z');
});

test('an index is taken by its hash where the mirror has such names, though its plain name is of another time', async (t) => {
  const hex = createHash('sha256').update(packages).digest('hex');
  const { files } = await fetched(t, (all) => {
    all[`/debian/dists/trixie/${index}`] = Buffer.from('of another time');
    all[`/debian/dists/trixie/main/binary-amd64/by-hash/SHA256/${hex}`] = packages;
  });
  assert.deepEqual(files.get(`debian/dists/trixie/${index}`), packages);
});

test('an index that is not the signed one is refused', async (t) => {
  const altered = fetched(t, (all) => (all[`/debian/dists/trixie/${index}`] = Buffer.from('altered')));
  await assert.rejects(altered, { name: 'McpcatError', code: 'integrity-mismatch' });
});

test('an index that InRelease does not name is refused', async (t) => {
  const text = await inRelease({ codename: 'trixie', date: new Date(), files: {} }, key);
  const unnamed = fetched(t, (all) => (all['/debian/dists/trixie/InRelease'] = Buffer.from(text)));
  await assert.rejects(unnamed, { name: 'McpcatError', code: 'integrity-mismatch', message: /no hash/ });
});

test('a mirror that lacks a suite is said', async (t) => {
  const lacking = fetched(t, (all) => delete all['/debian/dists/trixie-updates/InRelease']);
  await assert.rejects(lacking, { name: 'McpcatError', code: 'package-unknown', message: /trixie-updates/ });
});
