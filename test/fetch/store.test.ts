import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { hashOfIntegrity, Store, type Wanted } from '../../src/fetch/store.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { loopback } from './loopback.ts';

const content = Buffer.from('the bytes that were locked'.repeat(5000));

function wanted(url: string, body = content): Wanted {
  const hex = createHash('sha256').update(body).digest('hex');
  return { url: `${url}/file.tgz`, hash: { algorithm: 'sha256', hex }, subject: 'npm:left-pad@1.3.0' };
}

function newStore(t: TestContext): Store {
  return new Store(temporaryFolder(t));
}

/** Every file of the store, whole or not. */
function kept(store: Store): string[] {
  return readdirSync(path.dirname(store.folder), { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(path.join(path.dirname(store.folder), name)).isFile(),
  );
}

test('a file is fetched once and then taken from the store', async (t) => {
  const server = await loopback(t, (_, response) => response.end(content));
  const store = newStore(t);
  const file = await store.get(wanted(server.url));
  assert.deepEqual(readFileSync(file), content);
  assert.equal(await store.get(wanted(server.url)), file);
  assert.equal(server.requests.length, 1);
  assert.equal(kept(store).length, 1);
});

test('a tampered file is refused with both hashes, and nothing is kept', async (t) => {
  const tampered = Buffer.from(content);
  tampered[1000] = (tampered[1000] ?? 0) ^ 1;
  const server = await loopback(t, (_, response) => response.end(tampered));
  const store = newStore(t);
  await assert.rejects(store.get(wanted(server.url)), (error: unknown) => {
    assert.ok(error instanceof Error && 'code' in error);
    assert.equal(error.code, 'integrity-mismatch');
    const hashes = [content, tampered].map((body) =>
      createHash('sha256').update(body).digest('hex').slice(0, 16),
    );
    assert.match(
      error.message,
      new RegExp(`^npm:left-pad@1\\.3\\.0: expected sha256 ${String(hashes[0])}…, got ${String(hashes[1])}…`),
    );
    return true;
  });
  assert.deepEqual(kept(store), []);
  assert.equal(server.requests.length, 1, 'the same wrong bytes are not asked for again');
});

test('a file of the store that was changed on the disk is fetched anew', async (t) => {
  const server = await loopback(t, (_, response) => response.end(content));
  const store = newStore(t);
  const file = await store.get(wanted(server.url));
  writeFileSync(file, 'changed');
  assert.deepEqual(readFileSync(await store.get(wanted(server.url))), content);
  assert.equal(server.requests.length, 2);
});

test('twenty requests for one file at once all get it whole', async (t) => {
  const server = await loopback(t, (_, response) => {
    response.write(content.subarray(0, 10));
    setTimeout(() => response.end(content.subarray(10)), 20);
  });
  const store = newStore(t);
  const files = await Promise.all(Array.from({ length: 20 }, () => store.get(wanted(server.url))));
  assert.equal(new Set(files).size, 1);
  assert.deepEqual(readFileSync(files[0] ?? ''), content);
  assert.equal(kept(store).length, 1);
});

test('a request that is cancelled in the middle says so and leaves nothing', async (t) => {
  const controller = new AbortController();
  const server = await loopback(t, (_, response) => {
    response.write(content.subarray(0, 10));
    setTimeout(() => controller.abort(), 30);
  });
  const store = newStore(t);
  const request = { ...wanted(server.url), signal: controller.signal };
  await assert.rejects(store.get(request), { code: 'cancelled' });
  assert.deepEqual(kept(store), []);
  assert.equal(server.requests.length, 1);
});

test("a store that cannot be written is our trouble and not the registry's", async (t) => {
  const server = await loopback(t, (_, response) => response.end(content));
  const folder = temporaryFolder(t, { content: 'a file where the folder should be' });
  await assert.rejects(new Store(folder).get(wanted(server.url)), { code: 'io-failed' });
  assert.equal(server.requests.length, 1);
});

test('a folder where a file should be is no file of the store', async (t) => {
  const server = await loopback(t, (_, response) => response.end(content));
  const store = newStore(t);
  mkdirSync(store.pathOf(wanted('').hash), { recursive: true });
  await assert.rejects(store.get(wanted(server.url)), { code: 'io-failed' });
});

test('the integrity of a lock is a hash in hex, and stays inside the store', () => {
  const sum = createHash('sha512').update(content);
  const integrity = `sha512-${sum.copy().digest('base64')}`;
  assert.deepEqual(hashOfIntegrity(integrity), { algorithm: 'sha512', hex: sum.digest('hex') });
  assert.match(hashOfIntegrity('sha512-../../../../etc/passwd').hex, /^[0-9a-f]*$/);
});
