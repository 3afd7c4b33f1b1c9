import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import { Wire } from '../../src/engine/docker/wire.ts';
import { temporaryFolder } from '../lib/temporary.ts';

/** A socket that answers each request with the same bytes; `after` does more with the connection. */
async function wireTo(
  t: TestContext,
  answer: string,
  after: (socket: net.Socket) => void = () => undefined,
): Promise<{ wire: Wire; requests: string[] }> {
  const socketPath = path.join(temporaryFolder(t), 'engine.sock');
  const requests: string[] = [];
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (chunk) => {
      requests.push(chunk.toString());
      socket.write(answer);
      after(socket);
    });
  });
  server.listen(socketPath);
  await once(server, 'listening');
  t.after(() => server.close());
  return {
    wire: new Wire(() => Promise.resolve({ endpoint: `unix://${socketPath}`, socketPath })),
    requests,
  };
}

test('a request carries its body, and the answer comes back', async (t) => {
  const { wire, requests } = await wireTo(t, 'HTTP/1.1 201 Created\r\nContent-Length: 10\r\n\r\n{"Id":"x"}');
  assert.equal(
    await wire.call({ method: 'POST', path: '/containers/create', body: { Image: 'ü' } }),
    '{"Id":"x"}',
  );
  assert.match(requests[0] ?? '', /^POST \/containers\/create HTTP\/1\.1\r\n/);
  assert.match(requests[0] ?? '', /\r\nContent-Length: 14\r\n\r\n\{"Image":"ü"\}$/);
});

test('a refusal has the status and the engine’s own words', async (t) => {
  const { wire } = await wireTo(
    t,
    'HTTP/1.1 409 Conflict\r\nContent-Length: 20\r\n\r\n{"message":"is used"}'.replace('20', '21'),
  );
  await assert.rejects(wire.call({ method: 'POST', path: '/x' }), { statusCode: 409, message: 'is used' });
  await assert.rejects(wire.hijack({ method: 'POST', path: '/x' }), { statusCode: 409, message: 'is used' });
});

test('an engine that goes away in mid-answer fails the call', async (t) => {
  const { wire } = await wireTo(t, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', (socket) =>
    socket.destroy(),
  );
  let head = false;
  await assert.rejects(
    wire.call({ method: 'POST', path: '/wait' }, () => (head = true)),
    /aborted/,
  );
  assert.equal(head, true);
});

test('an engine that only closes its side in mid-answer fails the call too', async (t) => {
  const { wire } = await wireTo(t, 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf', (socket) =>
    socket.end(),
  );
  await assert.rejects(wire.call({ method: 'POST', path: '/x' }), /aborted/);
});

test('a connection that is handed over keeps its first bytes and half-closes', async (t) => {
  const { wire } = await wireTo(t, 'HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\n\r\nfirst', (socket) => {
    socket.on('data', (chunk) => socket.write(`echo ${chunk.toString()}`));
    socket.on('end', () => socket.end(' last'));
  });
  const socket = await wire.hijack({ method: 'POST', path: '/attach' });
  await new Promise((resolve) => setTimeout(resolve, 50)); // nothing is lost while nobody listens
  const seen = text(socket);
  socket.write('word');
  await new Promise((resolve) => setTimeout(resolve, 50));
  socket.end();
  assert.equal(await seen, 'firstecho word last');
});

test('what is not HTTP is said', async (t) => {
  const { wire } = await wireTo(t, 'SSH-2.0-OpenSSH\r\n\r\n');
  await assert.rejects(wire.call({ method: 'GET', path: '/' }), /expected HTTP, found "SSH-2.0-OpenSSH"/);
});

test('connections that were opened in advance are used first and keep no process alive', async (t) => {
  const { wire, requests } = await wireTo(t, 'HTTP/1.1 204 No Content\r\n\r\n');
  wire.warm(2);
  await Promise.all([1, 2, 3].map(() => wire.call({ method: 'POST', path: '/start' })));
  assert.equal(requests.length, 3);
});

test('a spare connection that broke while it waited is no request’s', async (t) => {
  const socketPath = path.join(temporaryFolder(t), 'engine.sock');
  const engine = net.createServer({ allowHalfOpen: true }).listen(socketPath);
  await once(engine, 'listening');
  const wire = new Wire(() => Promise.resolve({ endpoint: `unix://${socketPath}`, socketPath }));
  const accepted = once(engine, 'connection') as Promise<[net.Socket]>;
  wire.warm(1);
  const [spare] = await accepted;
  spare.destroy();
  await once(spare, 'close');
  engine.once('connection', (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}'));
  t.after(() => engine.close());
  // Until the end of the spare one has come here.
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(await wire.call({ method: 'GET', path: '/x' }), '{}');
});
