import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { compile, startInit, init, removeOutput } from './rig.ts';

const timeout = 30_000;
const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-probe-test-'));
before(compile);
after(() => {
  removeOutput();
  rmSync(folder, { recursive: true });
});

interface Line {
  readonly index: number;
  readonly verdict: string;
  readonly detail: string;
}

/** What `mcpcat-init probe` says, in the order of the attempts. */
function probe(attempts: readonly string[], through: readonly string[] = []): Line[] {
  const [command = '', ...args] = [...through, init, 'probe', ...attempts];
  const { stdout, status } = spawnSync(command, args, { encoding: 'utf8' });
  assert.equal(status, 0);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [index = '', verdict = '', hex = ''] = line.split(' ');
      return { index: Number(index), verdict, detail: Buffer.from(hex, 'hex').toString() };
    })
    .sort((a, b) => a.index - b.index);
}

const alone = ['unshare', '--net'];

test('without a network interface there is no route to any address, and nothing is sent', { timeout }, () => {
  const addresses = ['192.0.2.1', '169.254.169.254', '10.0.0.1', '224.0.0.1', '2001:db8::1', 'ff02::1%lo'];
  const found = probe(
    addresses.map((address) => `route:${address}`),
    alone,
  );
  assert.deepEqual(
    found.map(({ verdict }) => verdict),
    addresses.map(() => 'no'),
  );
  assert.match(found[0]?.detail ?? '', /^Network (is )?unreachable$/);
});

test('a route that there is, is found', { timeout }, () => {
  assert.equal(probe(['route:127.0.0.1'])[0]?.verdict, 'ok');
});

test('talk gives what the other side says first, or why it says nothing', { timeout }, async () => {
  const servers = [
    createServer((socket) => socket.end('sinkhole 7')),
    createServer((socket) => socket.destroy()),
  ];
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<string>((resolve) =>
          server.listen(0, '127.0.0.1', () => {
            const address = server.address();
            resolve(typeof address === 'object' && address !== null ? String(address.port) : '');
          }),
        ),
    ),
  );
  // The servers live in this very process, so the probe must not block it.
  const attempts = [...ports.map((port) => `talk:127.0.0.1 ${port}`), 'talk:127.0.0.1 1'];
  const { stdout } = await startInit([init, 'probe', ...attempts]).ended;
  for (const server of servers) server.close();
  const lines = stdout.trim().split('\n').sort();
  assert.equal(lines[0], `0 ok ${Buffer.from('sinkhole 7').toString('hex')}`);
  assert.match(lines[1] ?? '', /^1 no /);
  assert.match(lines[2] ?? '', new RegExp(`^2 no ${Buffer.from('Connection refused').toString('hex')}$`));
});

test('folders and files are measured, names looked up, unknown attempts refused', { timeout }, () => {
  writeFileSync(path.join(folder, 'a'), 'text');
  const found = probe([
    `write:${folder}`,
    'write:/proc',
    `read:${folder}/a`,
    'read:/no/such',
    `list:${folder}`,
    'name:localhost',
    'nonsense',
    'other:thing',
  ]);
  const of = (index: number): string[] =>
    found.filter((line) => line.index === index).map(({ verdict, detail }) => `${verdict} ${detail}`);
  assert.deepEqual(of(0), ['ok ']);
  assert.match(of(1)[0] ?? '', /^no /);
  assert.deepEqual(of(2), ['ok text']);
  assert.deepEqual(of(3), ['no No such file or directory']);
  assert.ok(of(4).includes(`item ${folder}/a`), of(4).join());
  assert.match(of(5)[0] ?? '', /^ok .*(127\.0\.0\.1|::1)/);
  assert.deepEqual([of(6), of(7)], [['no unknown'], ['no unknown']]);
});

test('a server that must have no network does not start where there is some', { timeout }, () => {
  const env = { PATH: process.env['PATH'], MCPCAT_NETWORK: 'none' };
  const run = (words: readonly string[]): readonly [number | null, string, string] => {
    const [command, ...args] = [...words, init, '--', 'echo', 'started'];
    const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', env });
    return [status, stdout, stderr];
  };
  assert.deepEqual(run(alone), [0, 'started\n', '']);
  const [status, stdout, stderr] = run(['env']); // this machine's own interfaces
  assert.deepEqual([status, stdout], [125, '']);
  assert.match(stderr, /^mcpcat-init: the container has the network interface \S+: expected none but lo\n$/);
});

test('the processes of a container are told once each, with their words', { timeout }, async () => {
  const words = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child'];
  // A program that forks nothing: a copy of itself is another process with the same words.
  const marked = 'sleep 0.3 0.0125';
  const script = `${marked}; echo`;
  const command = [...words, 'sh', '-c', `${init} watch < /dev/zero & ${script}; exit`];
  const { stdout } = await startInit(command).ended;
  const lines = stdout
    .split('\n')
    .map((hex) => Buffer.from(hex, 'hex').toString().replaceAll('\0', ' ').trim());
  assert.equal(lines.filter((line) => line === marked).length, 1, lines.join('\n'));
});
