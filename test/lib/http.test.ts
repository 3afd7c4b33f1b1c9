import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bodyWithin } from '../../src/lib/body-within.ts';
import { httpGet, httpJson } from '../../src/lib/http.ts';
import { loopback } from '../fetch/loopback.ts';

const subject = 'npm:left-pad';

test('an answer comes back as it is, with our name as the asking program', async (t) => {
  const server = await loopback(t, (request, response) => response.end(request.headers['user-agent']));
  assert.equal(await (await httpGet(server.url, { subject })).text(), 'mcpcat');
});

test('what is not there, gone or forbidden is asked for once', async (t) => {
  for (const status of [403, 404, 410]) {
    const server = await loopback(t, (_, response) => response.writeHead(status).end());
    await assert.rejects(httpGet(server.url, { subject }), {
      code: 'package-unknown',
      message: /npm:left-pad/,
    });
    assert.equal(server.requests.length, 1, String(status));
  }
});

test('an answer that no retry mends is not asked for again', async (t) => {
  const server = await loopback(t, (_, response) => response.writeHead(400).end());
  await assert.rejects(httpGet(server.url, { subject }), { code: 'upstream-unavailable' });
  assert.equal(server.requests.length, 1);
});

test('a server that asks for a pause with Retry-After gets it', async (t) => {
  const server = await loopback(t, (_, response, time) =>
    time === 1 ? response.writeHead(429, { 'retry-after': '1' }).end() : response.end('ok'),
  );
  const started = performance.now();
  assert.equal(await (await httpGet(server.url, { subject })).text(), 'ok');
  assert.ok(performance.now() - started >= 990);
});

test('the number of attempts can be set', async (t) => {
  const server = await loopback(t, (_, response) => response.writeHead(502).end());
  await assert.rejects(httpGet(server.url, { subject, attempts: 2 }), { code: 'upstream-unavailable' });
  assert.equal(server.requests.length, 2);
});

test('a server that never answers is given up after the deadline', async (t) => {
  const server = await loopback(t, () => undefined);
  const asked = httpGet(server.url, { subject, attempts: 1, deadline: 100 });
  await assert.rejects(asked, { code: 'upstream-unavailable', message: /no byte within 0\.1 s/ });
});

test('a long answer may take longer than the deadline as long as bytes keep coming', async (t) => {
  const server = await loopback(t, (_, response) => {
    let left = 10;
    const timer = setInterval(() => {
      response.write('x');
      if (--left > 0) return;
      clearInterval(timer);
      response.end();
    }, 500);
  });
  // So far from the half second between two bytes that no busy machine is taken for silence.
  const response = await httpGet(server.url, { subject, attempts: 1, deadline: 4500 });
  assert.equal(await response.text(), 'x'.repeat(10));
});

test('an answer that falls silent in the middle is given up', async (t) => {
  const server = await loopback(t, (_, response) => void response.write('half'));
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const response = await httpGet(server.url, { subject, attempts: 1, deadline: 100 });
  const rest = assert.rejects(response.text(), /no byte within 0\.1 s/);
  t.mock.timers.tick(101);
  await rest;
});

test('a cancelled request says so: before the answer, between attempts and within a document', async (t) => {
  const silent = await loopback(t, () => undefined);
  const down = await loopback(t, (_, response) => response.writeHead(500).end());
  const half = await loopback(t, (_, response) => void response.write('{'));
  for (const { url } of [silent, down, half]) {
    const signal = AbortSignal.timeout(100);
    const asked = httpJson(url, { subject, signal, read: (value) => value });
    await assert.rejects(asked, { code: 'cancelled', message: 'npm:left-pad: cancelled' });
  }
});

test('an answer of another kind, such as the page of a portal, is an outage and no bug of ours', async (t) => {
  const server = await loopback(t, (_, response) => response.end('<html>Please log in</html>'));
  const read = (value: unknown): unknown => value;
  const message = /npm:left-pad: 127\.0\.0\.1:\d+ answers something else than expected/;
  await assert.rejects(httpJson(server.url, { subject, read }), { code: 'upstream-unavailable', message });
});

test('an address that is none is named', async () => {
  const asked = httpGet('not an address', { subject, attempts: 1 });
  await assert.rejects(asked, { code: 'upstream-unavailable', message: /npm:left-pad: not an address/ });
});

const half = (_: unknown, response: { write: (text: string) => unknown }): void =>
  void response.write('half');

test('a body that is cancelled in the middle says so, however it is read', async (t) => {
  const server = await loopback(t, half);
  for (const read of [
    (response: Response) => response.text(),
    (response: Response) => response.json(),
    (response: Response) => bodyWithin(response, { subject, maxBytes: 100 }),
  ]) {
    const controller = new AbortController();
    const response = await httpGet(server.url, { subject, signal: controller.signal });
    const reading = read(response);
    controller.abort();
    await assert.rejects(reading, { code: 'cancelled', message: 'npm:left-pad: cancelled' });
  }
});

test('a body that breaks off is an outage, however it is read', async (t) => {
  const server = await loopback(t, (_, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('half', () => response.destroy());
  });
  const broken = { code: 'upstream-unavailable', message: /broke off in the middle of its answer/ };
  await assert.rejects(async () => (await httpGet(server.url, { subject })).text(), broken);
  await assert.rejects(
    async () => bodyWithin(await httpGet(server.url, { subject }), { subject, maxBytes: 100 }),
    broken,
  );
  await assert.rejects(httpJson(server.url, { subject, read: String }), broken);
});
