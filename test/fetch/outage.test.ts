import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { Store, type Wanted } from '../../src/fetch/store.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { loopback } from './loopback.ts';

const content = Buffer.from('0123456789'.repeat(10_000));
const half = content.subarray(0, content.length / 2);
const hash = { algorithm: 'sha512', hex: createHash('sha512').update(content).digest('hex') } as const;

function setUp(t: TestContext, url: string): { store: Store; wanted: Wanted; files: () => string[] } {
  const folder = temporaryFolder(t);
  const files = (): string[] =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      statSync(path.join(folder, name)).isFile(),
    );
  return { store: new Store(folder), wanted: { url: `${url}/x`, hash, subject: 'npm:x@1.0.0' }, files };
}

test('a file that is not there is a wrong name, asked for once', async (t) => {
  const server = await loopback(t, (_, response) => response.writeHead(404).end('no'));
  const { store, wanted, files } = setUp(t, server.url);
  await assert.rejects(store.get(wanted), { code: 'package-unknown' });
  assert.equal(server.requests.length, 1);
  assert.deepEqual(files(), []);
});

test('a server that fails once and then answers is forgiven', async (t) => {
  const server = await loopback(t, (_, response, time) =>
    time === 1 ? response.writeHead(500).end('oops') : response.end(content),
  );
  const { store, wanted } = setUp(t, server.url);
  assert.deepEqual(readFileSync(await store.get(wanted)), content);
  assert.equal(server.requests.length, 2);
});

test('a server that stays down is an outage and no fault of the entry', async (t) => {
  const server = await loopback(t, (_, response) => response.writeHead(503).end());
  const { store, wanted, files } = setUp(t, server.url);
  await assert.rejects(store.get(wanted), {
    code: 'upstream-unavailable',
    message: /npm:x@1\.0\.0: 127\.0\.0\.1:\d+ answers 503/,
  });
  assert.equal(server.requests.length, 4);
  assert.deepEqual(files(), []);
});

test('a connection that is cut half way is tried again, and the whole file kept', async (t) => {
  const server = await loopback(t, (request, response, time) => {
    if (time > 1) return void response.end(content);
    response.writeHead(200, { 'content-length': content.length });
    response.write(half, () => request.socket.destroy());
  });
  const { store, wanted, files } = setUp(t, server.url);
  assert.deepEqual(readFileSync(await store.get(wanted)), content);
  assert.equal(server.requests.length, 2);
  assert.equal(files().length, 1);
});

test('a connection that is cut every time is an outage, and nothing half-written is left', async (t) => {
  const server = await loopback(t, (request, response) => {
    response.write(half, () => request.socket.destroy());
  });
  const { store, wanted, files } = setUp(t, server.url);
  await assert.rejects(store.get(wanted), {
    code: 'upstream-unavailable',
    message: /broke off in the middle of its answer/,
  });
  assert.equal(server.requests.length, 3);
  assert.deepEqual(files(), []);
});

test('nobody at the address is an outage', async (t) => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const { store, wanted, files } = setUp(t, `http://127.0.0.1:${String(port)}`);
  await assert.rejects(store.get(wanted), { code: 'upstream-unavailable', message: /ECONNREFUSED/ });
  assert.deepEqual(files(), []);
});

/** Servers that lie about the length have to be written by hand. */
async function liar(t: TestContext, length: number, body: Buffer): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${String(length)}\r\nconnection: close\r\n\r\n`);
      socket.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

test('an answer that is longer or shorter than it says is never kept', async (t) => {
  for (const [length, body] of [
    [content.length + 1, content],
    [half.length, content],
    [content.length, half],
    [0, content],
  ] as const) {
    const { store, wanted, files } = setUp(t, await liar(t, length, body));
    await assert.rejects(store.get(wanted), { name: 'McpcatError' }, String(length));
    assert.deepEqual(files(), []);
  }
});
