import assert from 'node:assert/strict';
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test, type TestContext } from 'node:test';
import { quickServer } from '../../src/catalog-index/quick-catalog-index.ts';
import { loopback } from '../fetch/loopback.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { catalogIndexOf, trust } from './rig.ts';

/** Longer than a file counts as just written. */
const settled = 2100;

const kept = (cache: string): string[] => {
  try {
    return readdirSync(path.join(cache, 'listed'));
  } catch {
    return [];
  }
};

async function fileRig(t: TestContext) {
  const { catalogIndex, text } = await catalogIndexOf(t, 'x', 'y');
  const file = path.join(temporaryFolder(t, { 'c.json': text }), 'c.json');
  const cache = temporaryFolder(t);
  const run = (name = 'x') =>
    quickServer({ trust, source: { kind: 'file', file }, name, cache, say: assert.fail });
  return { catalogIndex, text, file, cache, run };
}

test('a server of a file is kept, with its image and the names of all', async (t) => {
  const { catalogIndex, file, cache, run } = await fileRig(t);
  await sleep(settled);
  const first = await run();
  assert.equal(kept(cache).length, 1);
  const again = await run();
  assert.deepEqual(again.entry, first.entry);
  assert.deepEqual(again.image, catalogIndex.servers['x']?.image);
  assert.deepEqual([again.exists('y'), again.exists('z')], [true, false]);
  const text = readFileSync(path.join(cache, 'listed', kept(cache)[0] ?? ''), 'utf8');
  assert.equal((JSON.parse(text) as { file: string }).file, file);
});

test('a changed file is read anew, also when it is replaced by one of the same size and time', async (t) => {
  const { text, file, run } = await fileRig(t);
  await sleep(settled);
  await run();
  writeFileSync(`${file}.new`, text.replaceAll('"memory": "512m"', '"memory": "256m"'));
  renameSync(`${file}.new`, file);
  assert.equal((await run()).entry.limits.memory, '256m');
});

test('a file that has just been written is not kept: a second write might look the same', async (t) => {
  const { cache, run } = await fileRig(t);
  await run();
  assert.deepEqual(kept(cache), []);
});

test('a broken file is refused each time, and unknown names are unknown', async (t) => {
  const { text, file, cache, run } = await fileRig(t);
  for (const name of ['z', '../x', 'constructor', '__proto__', ''])
    await assert.rejects(run(name), { code: 'entry-unknown' });
  writeFileSync(file, text.replace('"network": []', '"network": ["http://x"]'));
  await sleep(settled);
  for (let time = 0; time < 2; time++) await assert.rejects(run('y'), { code: 'entry-invalid' });
  assert.deepEqual(kept(cache), []);
});

async function urlRig(t: TestContext) {
  const { text } = await catalogIndexOf(t, 'x');
  const now = { status: 200, text, etag: '"1"' };
  const server = await loopback(t, (request, response) => {
    if (now.status !== 200) return void response.writeHead(now.status).end();
    if (request.headers['if-none-match'] === now.etag) return void response.writeHead(304).end();
    response.writeHead(200, { etag: now.etag }).end(now.text);
  });
  const cache = temporaryFolder(t);
  const said: string[] = [];
  const url = `${server.url}/catalog.json`;
  const run = (name = 'x') =>
    quickServer({ trust, source: { kind: 'url', url }, name, cache, say: (line) => said.push(line) });
  /** Makes the copy as old as this, and forgets that it was asked for in vain. */
  const age = (hours: number): void => {
    const folder = path.join(cache, 'catalogs');
    const file = path.join(folder, readdirSync(folder).find((name) => name.includes('facts')) ?? '');
    const { failedAt: _, ...facts } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    writeFileSync(file, JSON.stringify({ ...facts, checkedAt: Date.now() - hours * 3_600_000 }));
  };
  return { now, requests: server.requests, cache, said, run, age };
}

test('an address is asked once; then its copy serves for an hour, also when nobody is there', async (t) => {
  const { now, requests, cache, said, run } = await urlRig(t);
  const first = await run();
  await sleep(settled);
  now.status = 500;
  assert.deepEqual((await run()).entry, first.entry);
  assert.equal(kept(cache).length, 1);
  assert.deepEqual((await run()).entry, first.entry);
  assert.deepEqual([requests.length, said], [1, []]);
});

test('an old copy is asked about again, and serves when there is no answer: that is said each time, asked once', async (t) => {
  const { now, requests, said, run, age } = await urlRig(t);
  await run();
  age(2);
  await run();
  assert.equal(requests.length, 2, '304');
  await run();
  assert.equal(requests.length, 2, 'it is new again');
  age(50);
  now.status = 500;
  await run();
  assert.match(said[0] ?? '', /answers 500; this is the copy of 2 days ago$/);
  await run();
  assert.equal(requests.length, 3, 'a dead address is left alone for a while');
  assert.match(said[1] ?? '', /did not answer a few minutes ago; this is the copy of 2 days ago$/);
});

test('an old copy that turns out to be the newest is not read anew; news are', async (t) => {
  const { now, requests, cache, run, age } = await urlRig(t);
  await run();
  await sleep(settled);
  await run();
  const file = path.join(cache, 'listed', kept(cache)[0] ?? '');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace('"memory":"512m"', '"memory":"511m"'));
  age(2);
  assert.equal((await run()).entry.limits.memory, '511m', 'what was kept');
  now.etag = '"2"';
  now.text = now.text.replace('"memory": "512m"', '"memory": "256m"');
  age(2);
  assert.equal((await run()).entry.limits.memory, '256m');
  assert.equal(requests.length, 3);
});

test('a clock that was set back does not make a copy new', async (t) => {
  const { requests, run, age } = await urlRig(t);
  await run();
  age(-5);
  await run();
  assert.equal(requests.length, 2);
});

test('a name that the copy does not have is asked for at the address', async (t) => {
  const { now, run, requests } = await urlRig(t);
  await run();
  now.text = (await catalogIndexOf(t, 'x', 'new')).text;
  now.status = 200;
  await assert.rejects(run('new'), { code: 'entry-unknown' }); // 304: it has not changed
  assert.equal(requests.length, 2);
});
