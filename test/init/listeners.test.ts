import { namespaceFolder } from './namespace.ts';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import net from 'node:net';
import { after, afterEach, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { compile, startInit, removeOutput, saw, type StartedInit } from './rig.ts';
import { killTunnels, Tunnel } from './tunnel.ts';

const timeout = 60_000;
const inits = new Set<StartedInit>();
before(compile);
afterEach(() => {
  killTunnels();
  for (const it of inits) it.process.kill('SIGTERM');
  inits.clear();
});
after(() => {
  removeOutput();
  rmSync(namespaceFolder, { recursive: true, force: true });
});

/** Process 1 with its listeners open and a server that says when it runs. */
async function runningInit(ports: string, script = 'echo up; exec sleep 30'): Promise<StartedInit> {
  const it = startInit(['/bin/sh', '-c', script], { env: { MCPCAT_PORTS: ports } });
  inits.add(it);
  await saw(it, 'up');
  return it;
}

test('what a server asks for before there is a relay waits for it', { timeout }, async () => {
  await runningInit('443,5432');
  const early = net.connect(5432, '127.77.0.9');
  await once(early, 'connect');
  early.write('early');
  const tunnel = await Tunnel.open(443, 5432);
  const { stream, payload } = await tunnel.next('open');
  assert.deepEqual([...payload], [127, 77, 0, 9, 5432 >> 8, 5432 & 255]);
  tunnel.send('opened', stream);
  assert.equal((await tunnel.data(stream, 5)).toString(), 'early');
  early.destroy();
});

test(
  'ports that process 1 did not open are opened by the relay, and those it has in excess are closed',
  { timeout },
  async () => {
    await runningInit('443,9999');
    const tunnel = await Tunnel.open(443, 8443);
    const late = net.connect(8443, '127.77.0.1');
    await once(late, 'connect');
    await tunnel.next('open');
    late.destroy();
    const [error] = (await once(net.connect(9999, '127.77.0.1'), 'error')) as [NodeJS.ErrnoException];
    assert.equal(error.code, 'ECONNREFUSED');
  },
);

test(
  'with the relay its sockets go: a later connection is refused, not kept waiting',
  { timeout },
  async () => {
    await runningInit('443');
    const tunnel = await Tunnel.open(443);
    tunnel.child.kill('SIGKILL');
    await tunnel.ended;
    await pause(50);
    const [error] = (await once(net.connect(443, '127.77.0.1'), 'error')) as [NodeJS.ErrnoException];
    assert.equal(error.code, 'ECONNREFUSED');
  },
);

test('the server inherits none of the sockets and does not see their setting', { timeout }, async () => {
  const script = 'ls /proc/self/fd | wc -l; env | grep -c MCPCAT; echo up';
  const listing = async (env: Readonly<Record<string, string>>): Promise<string> => {
    const it = startInit(['/bin/sh', '-c', script], { env });
    it.process.stdin.end();
    return (await it.ended).stdout;
  };
  const plain = await listing({});
  assert.match(plain, /^\s*\d+\s+0\s+up/);
  assert.equal(await listing({ MCPCAT_PORTS: '443' }), plain);
});

for (const ports of ['', '443,', '0', '65536', 'https', '443;80']) {
  test(
    `ports "${ports}" ${['', '443,'].includes(ports) ? 'are taken' : 'are refused before the server starts'}`,
    { timeout },
    async () => {
      const it = startInit(['/bin/sh', '-c', 'echo up'], { env: { MCPCAT_PORTS: ports } });
      it.process.stdin.end();
      const { code, stderr } = await it.ended;
      if (['', '443,'].includes(ports)) return assert.equal(code, 0, stderr);
      assert.equal(code, 125);
      assert.match(stderr, /MCPCAT_PORTS: expected up to 64 ports such as 443,80/);
    },
  );
}
