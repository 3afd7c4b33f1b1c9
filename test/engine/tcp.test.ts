import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { text } from 'node:stream/consumers';
import { optionsOf } from '../../src/engine/docker/client.ts';
import { addressOf } from '../../src/engine/locate/address.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { FakeEngine } from '../rig/fake-engine.ts';
import { apiServer } from './api-server.ts';

const program = path.resolve(import.meta.dirname, '../../bin/mcpcat.js');

/** An engine that listens on a port, as those on other machines do; its number. */
async function onPort(t: TestContext): Promise<number> {
  const { socket } = await apiServer(t, new FakeEngine());
  const server = net.createServer((client) => {
    const engine = net.connect(socket);
    client.pipe(engine).pipe(client);
    for (const [one, other] of [
      [client, engine],
      [engine, client],
    ] as const)
      one.on('error', () => other.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  return port;
}

test('with an engine on a port nothing is said on stderr: Node’s warnings look like errors to a client', async (t) => {
  const port = await onPort(t);
  const child = spawn(process.execPath, [program, 'volumes', '--engine', `tcp://127.0.0.1:${String(port)}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { HOME: temporaryFolder(t) },
  });
  const [said, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  assert.equal(errors, '');
  assert.match(said, /no server has kept anything/);
});

test('an IPv6 address is never taken for a scheme, and then for this machine', () => {
  for (const [address, host] of [
    ['tcp://[fd00::2]:2375', 'http://[fd00::2]'],
    ['https://[fe80::1]', 'https://[fe80::1]'],
    ['tcp://10.0.0.9', 'http://10.0.0.9'],
    ['tcp://engine.example.com', 'http://engine.example.com'],
  ] as const) {
    const found = addressOf(address);
    assert.ok(!('ssh' in found));
    assert.equal(optionsOf(found).host, host);
  }
});
