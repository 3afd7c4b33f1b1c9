import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRelease } from '../../../src/debian/archive/release.ts';
import { indexName as name, inRelease, signingKey, type ReleaseText } from '../../rig/signed-archive.ts';

const key = await signingKey();
const keys = [key.toPublic()];
/** After every signature that these tests make. */
const now = new Date(Date.now() + 60_000);
const suite = 'trixie';
const release: ReleaseText = {
  codename: suite,
  date: new Date('2026-11-21T09:15:44Z'),
  files: { [name]: Buffer.from('packages') },
};
const refused = { name: 'McpcatError', code: 'integrity-mismatch' } as const;

test('what a signed InRelease says is its date and the hashes of its indexes', async () => {
  const read = await readRelease(await inRelease(release, key), { keys, now, suite });
  assert.equal(read.date.toISOString(), '2026-11-21T09:15:44.000Z');
  assert.deepEqual([...read.files.keys()], [name]);
  assert.equal(read.files.get(name)?.bytes, 8);
});

test('an InRelease that nobody we know has signed is refused', async () => {
  const text = await inRelease(release, await signingKey());
  await assert.rejects(readRelease(text, { keys, now, suite }), {
    ...refused,
    message: /no key of the Debian archive/,
  });
});

test('an InRelease that was altered after it was signed is refused', async () => {
  const text = (await inRelease(release, key)).replace('Packages.xz', 'Packages.gz');
  await assert.rejects(readRelease(text, { keys, now, suite }), refused);
});

test('an InRelease without a signature is refused', async () => {
  const text = 'Codename: trixie\nDate: Sat, 21 Nov 2026 09:15:44 UTC\nSHA256:\n';
  await assert.rejects(readRelease(text, { keys, now, suite }), {
    ...refused,
    message: /expected a signed file/,
  });
});

test('what stands before or after the signed text of an InRelease is not believed', async () => {
  const text = await inRelease(release, key);
  const hash = 'a'.repeat(64);
  const around = [`SHA256:\n ${hash} 1 main/evil\n${text}`, `${text}\nSHA256:\n ${hash} 1 main/evil\n`];
  for (const altered of around) {
    const read = await readRelease(altered, { keys, now, suite }).catch((error: unknown) => error);
    if (read instanceof Error) assert.equal(Reflect.get(read, 'code'), 'integrity-mismatch');
    else assert.ok(!(read as Awaited<ReturnType<typeof readRelease>>).files.has('main/evil'));
  }
});

test('the InRelease of another suite is refused, though the same keys sign it', async () => {
  const text = await inRelease({ ...release, codename: 'bookworm' }, key);
  await assert.rejects(readRelease(text, { keys, now, suite }), { ...refused, message: /found "bookworm"/ });
});

test('an InRelease that is no longer valid is refused', async () => {
  const validUntil = new Date(now.getTime() - 1000);
  const text = await inRelease({ ...release, validUntil }, key);
  await assert.rejects(readRelease(text, { keys, now, suite }), { ...refused, message: /valid until/ });
});

test('an InRelease without a readable date is refused', async () => {
  const text = await inRelease({ ...release, date: new Date(Number.NaN) }, key);
  await assert.rejects(readRelease(text, { keys, now, suite }), { ...refused, message: /expected a date/ });
});
