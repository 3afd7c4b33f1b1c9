/**
 * An engine that is reached through a real sshd, and over TLS with client certificates that its own dockerd asks for.
 * Run by engines.ts on an engine with `elsewhere`, with DOCKER_HOST, MCPCAT_ENGINE_TREE, the root file system that it
 * and the sshd run in, MCPCAT_ENGINE_FOLDER, where its certificates are, and MCPCAT_ENGINE_PID, a process in its network.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { ContainerSummary, Engine } from '../../src/engine/engine.ts';
import { label } from '../../src/lib/labels.ts';
import { ownerText, thisOwner } from '../../src/sandbox/owner.ts';
import { closed } from '../rig/closed.ts';
import { eventually, run, testEngine } from '../rig/engine.ts';
import { talk, type Talk } from '../rig/talk.ts';
import { given } from './given.ts';
import { note } from './note.ts';
import { OwnSshd } from './own-sshd.ts';
import { TlsWay } from './tls-way.ts';

const socket = given('DOCKER_HOST').replace('unix://', '');
const engineFolder = given('MCPCAT_ENGINE_FOLDER');
const folder = mkdtempSync(path.join(engineFolder, 'elsewhere-'));
chmodSync(folder, 0o755);
/** What a launcher that can't be reached any more has: silence of the lease, and the server's own end (src/session/lease.ts). */
const silenceMs = 35_000;
const endMs = 15_000;

let engine: Engine;
let sshd: OwnSshd;

before(async () => {
  engine = await testEngine();
  sshd = await OwnSshd.start(given('MCPCAT_ENGINE_TREE'));
});
after(() => {
  sshd.stop();
  rmSync(folder, { recursive: true, force: true });
});

const overSsh = (): Record<string, string> => ({
  PATH: `${sshd.bin}:${process.env['PATH'] ?? ''}`,
  DOCKER_HOST: `ssh://root@far${socket}`,
});

function containers(): Promise<readonly ContainerSummary[]> {
  return engine.listContainers({ [label.owner]: '' });
}

async function gone(withinMs = endMs): Promise<void> {
  await eventually(containers, (all) => all.length === 0, { withinMs });
}

async function echoes(client: Talk, message: string): Promise<void> {
  assert.match(JSON.stringify(await client.call('echo', { message })), new RegExp(`Echo: ${message}`));
}

/** The ssh processes that a launcher of this test has started. */
function sshProcesses(): number[] {
  const config = path.join(sshd.folder, 'config');
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return readlinkSync(`/proc/${pid}/exe`).endsWith('/ssh') && words.includes(config);
      } catch {
        return false;
      }
    })
    .map(Number);
}

async function shown(env: Record<string, string>): Promise<{ server: string; own: boolean; id: string }[]> {
  const { stdout, stderr } = await run(['ps', '--json'], { env });
  assert.notEqual(stdout, '', stderr);
  return JSON.parse(stdout) as { server: string; own: boolean; id: string }[];
}

test('over ssh a session answers, is this user’s, beats for its lease, and is gone when its input ends', async () => {
  const client = await talk(['everything'], overSsh());
  await echoes(client, 'far');
  const [found, ...more] = await shown(overSsh());
  assert.deepEqual([found?.server, found?.own, more], ['everything', true, []]);
  const beats = (lines: readonly string[]): boolean =>
    lines.some((line) => line.includes(`lease --heartbeat ${String(silenceMs)}`));
  const [container] = await containers();
  await eventually(() => engine.containerProcesses(container?.id ?? ''), beats, { withinMs: endMs });
  await client.close();
  await gone();
  await eventually(
    () => Promise.resolve(sshProcesses()),
    (left) => left.length === 0,
    { withinMs: endMs },
  );
});

test('over ssh stop ends a session by its name', async () => {
  const client = await talk(['everything'], overSsh());
  assert.equal((await run(['stop', 'everything'], { env: overSsh() })).code, 0);
  await gone();
  await client.close();
});

test('over ssh prune removes what a dead launcher of this machine left, and nothing of another’s', async () => {
  const self = thisOwner();
  const left = async (owner: Partial<typeof self>): Promise<string> =>
    engine.createContainer({
      ...closed('mcpcat/everything:local'),
      labels: { [label.owner]: ownerText({ ...self, ...owner }), [label.server]: 'everything' },
    });
  const dead = await left({ boot: 'an earlier one' });
  const others = await left({ host: 'feedfeedfeedfeed', boot: 'another' });
  const { code, stdout } = await run(['prune'], { env: overSsh() });
  assert.deepEqual([code, stdout.includes(dead.slice(0, 12))], [0, true], stdout);
  assert.deepEqual(
    (await containers()).map(({ id }) => id),
    [others],
  );
  await engine.removeContainer(others);
});

test('over ssh a launcher that is killed leaves nothing', async () => {
  const client = await talk(['everything'], overSsh());
  await client.kill();
  await gone();
});

test('an ssh connection that breaks in the middle of a session ends its container', async () => {
  const client = await talk(['everything'], overSsh());
  await echoes(client, 'before');
  for (const pid of sshProcesses()) process.kill(pid, 'SIGKILL');
  await gone();
  await client.close();
});

test('an ssh connection that goes silent ends its container when the lease is over', async () => {
  const client = await talk(['everything'], overSsh());
  const [container] = await containers();
  const leased = (lines: readonly string[]): boolean => lines.some((line) => line.includes('lease'));
  await eventually(() => engine.containerProcesses(container?.id ?? ''), leased, { withinMs: endMs });
  const silent = sshProcesses();
  for (const pid of silent) process.kill(pid, 'SIGSTOP');
  try {
    await gone(silenceMs + endMs);
  } finally {
    for (const pid of silent) process.kill(pid, 'SIGKILL');
  }
  await client.close();
});

test('over ssh a folder of this machine is refused with the reason', async () => {
  const { code, stderr } = await run(['run', 'filesystem', '--mount', `data=${folder}`], { env: overSsh() });
  assert.deepEqual([code, /is on another machine/.test(stderr)], [3, true], stderr);
  assert.deepEqual(await containers(), []);
});

test('a key that the far host does not know is refused in ssh’s words', async () => {
  sshd.useKey('stranger');
  try {
    const { code, stderr } = await run(['ps'], { env: overSsh() });
    assert.deepEqual([code, /Permission denied/.test(stderr)], [3, true], stderr);
  } finally {
    sshd.useKey('user');
  }
});

test('over TLS a session answers to a client with its certificate, and to no other', async () => {
  const way = await TlsWay.open({ pid: Number(given('MCPCAT_ENGINE_PID')), folder });
  const certificates = path.join(folder, 'client');
  execFileSync('cp', ['-r', path.join(engineFolder, 'tls/client'), certificates]);
  const env = { DOCKER_HOST: way.address, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: certificates };
  try {
    const client = await talk(['everything'], env);
    await echoes(client, 'tls');
    assert.deepEqual(
      (await shown(env)).map(({ server, own }) => [server, own]),
      [['everything', true]],
    );
    await client.close();
    await gone();
    const killed = await talk(['everything'], env);
    await killed.kill();
    await gone();
    const clear = await run(['ps'], { env: { ...env, DOCKER_TLS_VERIFY: '' } });
    assert.equal(clear.code, 3, clear.stderr);
    for (const name of ['cert.pem', 'key.pem'])
      execFileSync('cp', [path.join(sshd.folder, 'user'), path.join(certificates, name)]);
    const stranger = await run(['ps'], { env });
    assert.equal(stranger.code, 3, stranger.stderr);
  } finally {
    way.close();
  }
  note({ elsewhere: true });
});
