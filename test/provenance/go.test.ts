import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Lock } from '../../src/catalog/lock.ts';
import { parseSource } from '../../src/catalog/source.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import { goWord } from '../../src/provenance/go.ts';
import type { Check } from '../../src/provenance/record.ts';
import { noteKey } from '../../src/provenance/signed-note.ts';
import { loopback } from '../fetch/loopback.ts';
import { answering, sumDatabase, type FakeSumDatabase } from '../rig/vouching-services.ts';

const sum = (letter: string): string => `h1:${letter.repeat(43)}=`;
const module = 'example.org/Tool';
const record = `${module} v1.2.0 ${sum('a')}\n${module} v1.2.0/go.mod ${sum('b')}\n`;
const lookup = '/sumdb/sum.example/lookup/example.org/!tool@v1.2.0';
const own = 299;
/** More than a tile, so that the path to the root leads through two rows of them. */
const records = Array.from({ length: 700 }, (_, index) =>
  index === own ? record : `example.org/other v0.0.${String(index)} ${sum('c')}\n`,
);
const database = (): FakeSumDatabase => sumDatabase(records, { 'example.org/!tool@v1.2.0': own });

function lock(letter = 'a'): Lock {
  const artifact = {
    kind: 'go' as const,
    name: module,
    version: 'v1.2.0',
    url: 'https://proxy.golang.org/example.org/!tool/@v/v1.2.0.zip',
    sum: sum(letter),
    modSum: sum('b'),
  };
  return {
    lockVersion: 1,
    source: `go:${module}/cmd/tool`,
    version: 'v1.2.0',
    runtime: 'go',
    bin: {},
    scripts: [],
    artifacts: [artifact],
  };
}

async function asked(
  { key, answers }: FakeSumDatabase,
  locked = lock(),
  env = {},
): Promise<Check | undefined> {
  await using proxy = await answering(answers);
  const request = { source: parseSource(`go:${module}/cmd/tool`), lock: locked };
  const word = await goWord({ ...request, env: { GOPROXY: proxy.url, ...env } }, noteKey(key));
  return word.checks.checksumDatabase;
}

test('a record that is signed and in the log holds', async () => {
  assert.deepEqual(await asked(database()), {
    state: 'ok',
    tried: ['hash', 'signature', 'log'],
    by: 'sum.example',
  });
});

test('each place of a log is found, whatever its size', async () => {
  for (const size of [1, 2, 3, 255, 256, 257, 511, 513, 700]) {
    for (const index of [0, Math.floor(size / 2), size - 1]) {
      const all = Array.from({ length: size }, (_, at) => (at === index ? record : `other ${String(at)}\n`));
      const check = await asked(sumDatabase(all, { 'example.org/!tool@v1.2.0': index }));
      assert.equal(check?.state, 'ok', `${String(index)} of ${String(size)}`);
    }
  }
});

test('a part of a tile may be there only as the whole that it became', async () => {
  const found = database();
  const part = '/sumdb/sum.example/tile/8/0/002.p/188';
  const tile = found.answers.get(part);
  assert.ok(Buffer.isBuffer(tile));
  found.answers.delete(part);
  found.answers.set('/sumdb/sum.example/tile/8/0/002', Buffer.concat([tile, Buffer.alloc(32 * 68)]));
  assert.equal((await asked(found))?.state, 'ok');
});

test('another hash than the lock’s is refused', async () => {
  assert.deepEqual(await asked(database(), lock('z')), {
    state: 'refused',
    reason: 'the checksum database has another hash than the lock',
  });
});

test('a record with the right words that is not in the log is refused', async () => {
  const found = database();
  const answer = found.answers.get(lookup);
  assert.ok(Buffer.isBuffer(answer));
  // The signature covers the head of the tree alone: only the log tells that the number is another record's.
  found.answers.set(lookup, Buffer.from(answer.toString().replace(String(own), '298')));
  assert.deepEqual(await asked(found), {
    state: 'refused',
    reason: 'the record is not in the log of sum.example',
  });
});

test('a head that somebody else has signed is refused', async () => {
  const found = { ...database(), key: database().key };
  assert.deepEqual(await asked(found), {
    state: 'refused',
    reason: 'the answer is not signed by sum.example',
  });
});

test('a proxy without the database, a missing tile and GOSUMDB=off are not checked, and never fine', async () => {
  const nothing = { ...database(), answers: new Map<string, object>() };
  const without = database();
  for (const path of without.answers.keys()) if (path.includes('/tile/')) without.answers.delete(path);
  const answers = [
    await asked(nothing),
    await asked(without),
    await asked(database(), lock(), { GOSUMDB: 'off' }),
  ];
  assert.deepEqual(
    answers.map((check) => check?.state),
    ['not-checked', 'not-checked', 'not-checked'],
  );
});

test('whoever ends it has no answer', async () => {
  const { key, answers } = database();
  await using proxy = await answering(answers);
  const request = { source: parseSource(`go:${module}/cmd/tool`), lock: lock(), signal: AbortSignal.abort() };
  await assert.rejects(
    goWord({ ...request, env: { GOPROXY: proxy.url } }, noteKey(key)),
    (error) => error instanceof McpcatError && error.code === 'cancelled',
  );
});

test('whoever ends it in the middle of an answer has no answer: nothing is said to be unchecked', async (t) => {
  const { key } = database();
  const ended = new AbortController();
  const server = await loopback(t, (_, response) => {
    response.write('half', () => setImmediate(() => ended.abort()));
  });
  const request = { source: parseSource(`go:${module}/cmd/tool`), lock: lock(), signal: ended.signal };
  await assert.rejects(
    goWord({ ...request, env: { GOPROXY: server.url } }, noteKey(key)),
    (error) => error instanceof McpcatError && error.code === 'cancelled',
  );
});
