import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { ConditionalClient } from '../../src/upstream/conditional-client.ts';
import { loopback } from '../fetch/loopback.ts';
import { temporaryFolder } from '../lib/temporary.ts';

const question = { subject: 'npm:x', read: (body: string) => `read ${body}`, reread: z.string() };

test('an answer that has not changed is not sent again, in this run or the next', async (t) => {
  const cacheFolder = temporaryFolder(t);
  const conditions: (string | undefined)[] = [];
  const server = await loopback(t, (request, response) => {
    conditions.push(request.headers['if-none-match']);
    if (request.headers['if-none-match'] === '"1"') response.writeHead(304).end();
    else response.setHeader('etag', '"1"').end('text');
  });
  for (let run = 0; run < 2; run++) {
    const conditionalClient = new ConditionalClient({ cacheFolder });
    assert.equal(await conditionalClient.ask(`${server.url}/x`, question), 'read text');
    assert.deepEqual(conditionalClient.counts, { requests: 1, unchanged: run });
  }
  assert.deepEqual(conditions, [undefined, '"1"']);
});

test('a server without ETag is asked by date, one with neither anew', async (t) => {
  const cacheFolder = temporaryFolder(t);
  const date = 'Sun, 01 Nov 2026 00:00:00 GMT';
  const seen: (string | undefined)[] = [];
  const server = await loopback(t, (request, response) => {
    seen.push(request.headers['if-modified-since']);
    if (request.url === '/dated') response.setHeader('last-modified', date);
    response.end('text');
  });
  for (const place of ['/dated', '/dated', '/bare', '/bare'])
    await new ConditionalClient({ cacheFolder }).ask(server.url + place, question);
  assert.deepEqual(seen, [undefined, date, undefined, undefined]);
});

test('what never changes is asked for once', async (t) => {
  const cacheFolder = temporaryFolder(t);
  const server = await loopback(t, (_, response) => response.end('text'));
  for (let run = 0; run < 3; run++)
    await new ConditionalClient({ cacheFolder }).ask(server.url, { ...question, immutable: true });
  assert.equal(server.requests.length, 1);
});

test('a damaged or strange answer in the cache is asked for anew', async (t) => {
  const cacheFolder = temporaryFolder(t);
  const server = await loopback(t, (_, response) => response.setHeader('etag', '"1"').end('text'));
  await new ConditionalClient({ cacheFolder }).ask(server.url, question);
  const [file = ''] = readdirSync(path.join(cacheFolder, 'upstream'));
  const place = path.join(cacheFolder, 'upstream', file);
  const strange = JSON.stringify({
    schemaVersion: 1,
    url: server.url,
    etag: '"1"',
    value: { of: 'another shape' },
  });
  for (const content of ['', '{"schemaVersion":', '{"schemaVersion":0}', strange]) {
    writeFileSync(place, content);
    assert.equal(await new ConditionalClient({ cacheFolder }).ask(server.url, question), 'read text');
  }
});

test('an answer that breaks off in the middle is an outage and is not kept', async (t) => {
  const cacheFolder = temporaryFolder(t);
  const server = await loopback(t, (_, response) => {
    response.writeHead(200, { 'content-length': '1000', etag: '"1"' }).write('half');
    setTimeout(() => response.destroy(), 20);
  });
  await assert.rejects(new ConditionalClient({ cacheFolder }).ask(server.url, question), {
    code: 'upstream-unavailable',
  });
  assert.throws(() => readdirSync(path.join(cacheFolder, 'upstream')), { code: 'ENOENT' });
});

test('a host that asks for a pause gets it', async (t) => {
  const server = await loopback(t, (_, response, time) => {
    if (time === 1) response.writeHead(429, { 'retry-after': '1' }).end();
    else response.end('text');
  });
  const started = performance.now();
  assert.equal(
    await new ConditionalClient({ cacheFolder: temporaryFolder(t) }).ask(server.url, question),
    'read text',
  );
  assert.ok(performance.now() - started > 900);
});

test('a host that fails again and again is given up, and another is still asked', async (t) => {
  const down = await loopback(t, (_, response) => response.writeHead(400).end());
  const up = await loopback(t, (_, response) => response.end('text'));
  const conditionalClient = new ConditionalClient({ cacheFolder: temporaryFolder(t) });
  for (let time = 0; time < 3; time++)
    await assert.rejects(conditionalClient.ask(`${down.url}/${String(time)}`, question), {
      message: /answers 400/,
    });
  await assert.rejects(conditionalClient.ask(`${down.url}/more`, question), {
    code: 'upstream-unavailable',
    message: /not asked, because 127\.0\.0\.1:\d+ failed 3 times in a row/,
  });
  assert.equal(down.requests.length, 3);
  assert.equal(await conditionalClient.ask(up.url, question), 'read text');
});

test('whoever ends it in the middle of an answer is told so: it is no outage', async (t) => {
  const ended = new AbortController();
  const server = await loopback(t, (_, response) => {
    response.write('half', () => setImmediate(() => ended.abort()));
  });
  const client = new ConditionalClient({ cacheFolder: temporaryFolder(t), signal: ended.signal });
  await assert.rejects(client.ask(server.url, question), { code: 'cancelled' });
});
