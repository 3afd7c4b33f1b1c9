import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { policyOf } from '../../src/egress/policy.ts';
import { Tunnel } from '../../src/egress/tunnel.ts';
import { rulesOf } from '../../src/egress/rules.ts';
import { loopbackDial, tcpServer } from './rig.ts';

const timeout = 120_000;
/** Hundreds of windows; `npm run bench` measures speed. */
const megabytes = 128;

/** What the relay's process does with its stream, and what the host does with its socket. */
const cases = { down: 'from the host into the container', up: 'from the container to the host' } as const;

for (const [direction, title] of Object.entries(cases)) {
  test(`bulk ${title}, the fake relay in a process of its own`, { timeout }, async () => {
    const bytes = megabytes * 1e6;
    let received = 0;
    await using host = await tcpServer((socket) => {
      socket.on('data', (chunk) => (received += chunk.length));
      if (direction === 'down') void send(socket, bytes);
      else socket.once('end', () => socket.end());
    });
    const script = fileURLToPath(import.meta.resolve('./fake-relay-process.ts'));
    const child = spawn(process.execPath, [script, direction, String(host.port), String(bytes)], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const said = text(child.stderr);
    const rules = rulesOf({ declared: [], settings: {}, allow: [`h.example.com:${String(host.port)}`] });
    const tunnel = new Tunnel({
      input: child.stdout,
      output: child.stdin,
      policy: policyOf(rules),
      dial: loopbackDial(),
    });
    const line = await said;
    const { seconds, moved } = JSON.parse(line) as { seconds: number; moved: number };
    console.log(`${direction}: ${(moved / 1e6 / seconds).toFixed(0)} MB/s`);
    assert.equal(moved, bytes);
    if (direction === 'up') assert.equal(received, bytes);
    assert.equal((await tunnel.ended).kind, 'session-ended');
    tunnel.close();
  });
}

async function send(socket: Socket, bytes: number): Promise<void> {
  const block = Buffer.alloc(64 * 1024);
  for (let left = bytes; left > 0; left -= block.length) {
    if (!socket.write(left < block.length ? block.subarray(0, left) : block))
      await new Promise((resolve) => socket.once('drain', resolve));
  }
  socket.end();
}
