import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { buffer } from 'node:stream/consumers';
import { blobOfBytes, type LocalBlob } from '../../src/registry/content/blob.ts';
import { mediaType } from '../../src/registry/content/manifest.ts';
import { getManifest, headManifest } from '../../src/registry/content/manifests.ts';
import { readBlob } from '../../src/registry/content/read-blob.ts';
import { hasBlob, writeBlob } from '../../src/registry/content/write-blob.ts';
import { pushImage } from '../../src/registry/push.ts';
import { faultyProxy, listening, type Fault, type Seen } from './proxy.ts';
import { client, packedImage, openRegistry, type OpenRegistry } from './rig.ts';

let real: OpenRegistry;
before(async () => {
  real = await openRegistry();
});
after(async () => real[Symbol.asyncDispose]());

function randomBlob(bytes: number): LocalBlob & { readonly content: Buffer } {
  const content = randomBytes(bytes);
  return { ...blobOfBytes(mediaType.layer, content), content };
}

/** Applies the faults to the requests that match, one after the other, then none. */
function inTurn(
  matches: (request: Seen) => boolean,
  faults: readonly Fault[],
): (request: Seen) => Fault | undefined {
  const left = [...faults];
  return (request) => (matches(request) ? left.shift() : undefined);
}

const isBlobGet = ({ method, url }: Seen): boolean => method === 'GET' && url.includes('/blobs/sha256:');

test('a blob that breaks off goes on where it stopped, as often as it breaks', async () => {
  const blob = randomBlob(3_000_000);
  await writeBlob(client(real.host), 'f/drop', { blob });
  const breaks = [1_000_000, 500_000, 0].map((bytes) => ({ kind: 'break-answer', after: bytes }) as const);
  await using proxy = await faultyProxy(real.host, inTurn(isBlobGet, breaks));
  const content = await buffer(readBlob(client(proxy.host), 'f/drop', blob));
  assert.deepEqual(content, blob.content);
  const ranges = proxy.seen.filter(isBlobGet).map(({ headers }) => headers.range);
  assert.equal(ranges[0], undefined);
  assert.ok(ranges.length >= 3);
  assert.ok(
    ranges.slice(1).every((range) => /^bytes=[1-9]\d+-$/.test(range ?? '')),
    JSON.stringify(ranges),
  );
});

test('a registry that ignores Range is understood', async () => {
  const blob = randomBlob(500_000);
  let asked = 0;
  await using server = await listening([], (_incoming, outgoing) => {
    asked++;
    outgoing.writeHead(200, { 'content-length': blob.size });
    if (asked > 1) outgoing.end(blob.content);
    else outgoing.write(blob.content.subarray(0, 200_000), () => setTimeout(() => outgoing.destroy(), 100));
  });
  assert.deepEqual(await buffer(readBlob(client(server.host), 'x', blob)), blob.content);
  assert.equal(asked, 2);
});

test('a blob that always breaks off is given up with a clear error', async () => {
  const blob = randomBlob(100_000);
  await writeBlob(client(real.host), 'f/always', { blob });
  await using proxy = await faultyProxy(real.host, (request) =>
    isBlobGet(request) ? { kind: 'break-answer', after: 10 } : undefined,
  );
  await assert.rejects(buffer(readBlob(client(proxy.host), 'f/always', blob)), {
    code: 'upstream-unavailable',
    message: /dropped the connection/,
  });
  assert.ok(proxy.seen.length <= 60, `${String(proxy.seen.length)} requests`);
});

test('a registry that falls silent in the middle of a blob is left after the deadline', async () => {
  const blob = randomBlob(1000);
  await using server = await listening([], (_incoming, outgoing) => {
    outgoing.writeHead(200, { 'content-length': blob.size });
    outgoing.write(blob.content.subarray(0, 10));
  });
  const registry = client(server.host, { retryPolicy: { silence: 50, attempts: 2, firstWait: 1 } });
  await assert.rejects(buffer(readBlob(registry, 'x', blob)), {
    code: 'upstream-unavailable',
    message: /silent/,
  });
});

test('no answer within the deadline is an error that says so', async () => {
  await using server = await listening([], () => undefined);
  const registry = client(server.host, { retryPolicy: { answer: 50, attempts: 2, firstWait: 1 } });
  await assert.rejects(getManifest(registry, 'x', '1'), {
    code: 'upstream-unavailable',
    message: /no answer within/,
  });
});

test('changed content is refused: blob, manifest, and a registry that states another digest', async () => {
  await using image = await packedImage([[{ name: 'a', content: randomBytes(5000) }]]);
  await pushImage(client(real.host), image, { repository: 'f/flip', tags: ['1'] });
  await using proxy = await faultyProxy(real.host, ({ method }) =>
    method === 'GET' ? { kind: 'flip' } : undefined,
  );
  const registry = client(proxy.host);
  const refused = { code: 'integrity-mismatch', hint: /nothing was kept/ };
  await assert.rejects(buffer(readBlob(registry, 'f/flip', image.config)), refused);
  await assert.rejects(getManifest(registry, 'f/flip', image.manifest.digest), refused);
  await assert.rejects(getManifest(registry, 'f/flip', '1'), refused);
});

test('a blob longer or shorter than its descriptor is refused', async () => {
  const blob = randomBlob(1000);
  await writeBlob(client(real.host), 'f/size', { blob });
  for (const size of [999, 1001]) {
    await assert.rejects(buffer(readBlob(client(real.host), 'f/size', { ...blob, size })), {
      code: /integrity-mismatch|registry-failed/,
    });
  }
});

test('429 waits as long as Retry-After says, and too long a wait is an error at once', async () => {
  await using image = await packedImage([[{ name: 'a' }]]);
  await pushImage(client(real.host), image, { repository: 'f/slow', tags: ['1'] });
  const busy = (seconds: string): Fault => ({
    kind: 'answer',
    status: 429,
    headers: { 'retry-after': seconds },
  });
  await using proxy = await faultyProxy(
    real.host,
    inTurn(() => true, [busy('1'), busy('0')]),
  );
  const started = Date.now();
  assert.equal(await headManifest(client(proxy.host), 'f/slow', '1'), image.manifest.digest);
  assert.ok(Date.now() - started >= 1000);
  await using later = await faultyProxy(
    real.host,
    inTurn(() => true, [busy('7200')]),
  );
  await assert.rejects(headManifest(client(later.host), 'f/slow', '1'), {
    code: 'upstream-unavailable',
    message: /slow down \(429\)/,
  });
  assert.equal(later.seen.length, 1, 'it is not waited for');
});

test('outages are waited out, and end with the registry named', async () => {
  await using image = await packedImage([[{ name: 'a' }]]);
  const down: Fault = { kind: 'answer', status: 503 };
  await using proxy = await faultyProxy(
    real.host,
    inTurn(() => true, [down, { kind: 'break-answer', after: 0 }, down]),
  );
  await pushImage(client(proxy.host), image, { repository: 'f/outage', tags: ['1'] });
  await using dead = await faultyProxy(real.host, () => down);
  await assert.rejects(pushImage(client(dead.host), image, { repository: 'f/outage', tags: ['2'] }), {
    code: 'upstream-unavailable',
    message: new RegExp(`${dead.host} answers 503`),
  });
  assert.equal(dead.seen.length % 5, 0);
  assert.equal(await headManifest(client(real.host), 'f/outage', '2'), undefined);
  const gone = client('127.0.0.1:1', { retryPolicy: { firstWait: 1 } });
  await assert.rejects(headManifest(gone, 'x', '1'), {
    code: 'upstream-unavailable',
    message: /127.0.0.1:1/,
  });
});

const isPatch = ({ method }: Seen): boolean => method === 'PATCH';

test('an upload that breaks off goes on in chunks, and at an outage from where the registry stopped', async () => {
  const blob = randomBlob(20_000_000);
  const inWhole = inTurn(({ method }) => method === 'PUT', [{ kind: 'break-request', after: 5_000_000 }]);
  const down: Fault = { kind: 'answer', status: 503 };
  let patches = 0;
  await using proxy = await faultyProxy(real.host, (request) => {
    if (isPatch(request)) return ++patches === 2 ? down : undefined;
    return inWhole(request);
  });
  assert.equal(await writeBlob(client(proxy.host), 'f/upload', { blob }), 'sent-in-chunks');
  const ranges = proxy.seen.filter(isPatch).map(({ headers }) => headers['content-range']);
  const [first, second, third] = ['0-8388607', '8388608-16777215', '16777216-19999999'];
  assert.deepEqual(ranges, [first, second, second, third]);
  assert.ok(proxy.seen.some(({ method, url }) => method === 'GET' && url.includes('/blobs/uploads/')));
  assert.deepEqual(await buffer(readBlob(client(real.host), 'f/upload', blob)), blob.content);
});

test('an upload that the registry gave up after a broken chunk begins anew', async () => {
  // docker-registry 2.8 drops an upload whose length is not what its own location says.
  const blob = randomBlob(12_000_000);
  const inWhole = inTurn(({ method }) => method === 'PUT', [{ kind: 'break-request', after: 5_000_000 }]);
  const inChunk = inTurn(isPatch, [{ kind: 'break-request', after: 3_000_000 }]);
  await using proxy = await faultyProxy(real.host, (request) => inChunk(request) ?? inWhole(request));
  assert.equal(await writeBlob(client(proxy.host), 'f/anew', { blob }), 'sent-in-chunks');
  assert.deepEqual(await buffer(readBlob(client(real.host), 'f/anew', blob)), blob.content);
});

test('an upload that a proxy finds too large is sent in chunks', async () => {
  const blob = randomBlob(9_000_000);
  await using proxy = await faultyProxy(
    real.host,
    inTurn(({ method }) => method === 'PUT', [{ kind: 'answer', status: 413 }]),
  );
  assert.equal(await writeBlob(client(proxy.host), 'f/large', { blob }), 'sent-in-chunks');
  assert.equal(await hasBlob(client(real.host), 'f/large', blob), true);
});

test('a push that is cancelled ends at once and sets no tag', async () => {
  await using image = await packedImage([[{ name: 'a', content: randomBytes(2_000_000) }]]);
  const cancel = new AbortController();
  await using proxy = await faultyProxy(real.host, ({ method }) => {
    if (method === 'PUT') cancel.abort();
    return undefined;
  });
  await assert.rejects(
    pushImage(client(proxy.host, { signal: cancel.signal }), image, { repository: 'f/cancel', tags: ['1'] }),
    { code: 'cancelled' },
  );
  assert.equal(await headManifest(client(real.host), 'f/cancel', '1'), undefined);
});
