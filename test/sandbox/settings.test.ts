import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBody } from '../../src/engine/docker/body.ts';
import type { ContainerSettings } from '../../src/engine/engine.ts';
import { sandboxOf } from '../../src/sandbox/policy.ts';
import { containerLabels } from '../../src/lib/labels.ts';
import { secretsHandoffOf, settingsOf, type Start } from '../../src/sandbox/settings.ts';
import { entryOf, fakePaths, noOverrides } from './fixtures.ts';

const start: Start = { image: 'mcpcat/notes:local', labels: { a: 'b' }, autoRemove: true };
const settings = (
  more: Readonly<Record<string, unknown>> = {},
  how: Partial<Start> = {},
): ContainerSettings => settingsOf(sandboxOf(entryOf(more), noOverrides, fakePaths()), { ...start, ...how });

test('the defaults, whole: a change here is a change of what every server may do', () => {
  assert.deepEqual(settings(), {
    image: 'mcpcat/notes:local',
    command: [],
    env: { MCPCAT_NETWORK: 'none', MCPCAT_REPORTS: '1' },
    labels: containerLabels({ a: 'b' }),
    user: '65532:65532',
    hostname: 'mcp',
    readOnlyRoot: true,
    security: { noNewPrivileges: true, seccomp: 'mcpcat', capabilities: [] },
    network: 'none',
    ipc: 'none',
    memoryBytes: 536_870_912,
    nanoCpus: 1_000_000_000,
    pids: 128,
    nofile: 4096,
    tmpfs: [
      { target: '/tmp', bytes: 67_108_864, uid: 65_532, gid: 65_532, mode: 0o1777, readOnly: false },
      { target: '/dev/mqueue', bytes: 4096, uid: 0, gid: 0, mode: 0o555, readOnly: true },
    ],
    mounts: [],
    sysctls: { 'net.ipv4.ip_unprivileged_port_start': '0' },
    nameResolution: { files: 'empty', resolvers: [], hosts: [] },
    autoRemove: true,
    stopSignal: 'SIGTERM',
  });
});

test('in the words of the engine there is no swap, no log, no core dump, no more privileges', () => {
  const { HostConfig, OpenStdin, StdinOnce, Tty, User } = createBody(settings());
  assert.deepEqual([OpenStdin, StdinOnce, Tty, User], [true, true, false, '65532:65532']);
  assert.deepEqual([HostConfig?.Memory, HostConfig?.MemorySwap], [536_870_912, 536_870_912]);
  assert.deepEqual(HostConfig?.LogConfig, { Type: 'none', Config: {} });
  assert.deepEqual(HostConfig.Ulimits, [
    { Name: 'nofile', Soft: 4096, Hard: 4096 },
    { Name: 'core', Soft: 0, Hard: 0 },
  ]);
  assert.deepEqual(
    [HostConfig.Privileged, HostConfig.ReadonlyRootfs, HostConfig.NetworkMode],
    [false, true, 'none'],
  );
});

test('every declared folder is a tmpfs of its own, private to the server', () => {
  const { tmpfs } = settings({ permissions: { writable: ['/tmp', '/data'] } });
  assert.deepEqual(
    tmpfs.map(({ target }) => target),
    ['/tmp', '/data', '/dev/mqueue'],
  );
  const { uid, gid, mode, readOnly } = tmpfs[1] ?? {};
  assert.deepEqual({ uid, gid, mode, readOnly }, { uid: 65_532, gid: 65_532, mode: 0o700, readOnly: false });
});

test('no declared folder means that nothing can be written', () => {
  const folders = settings({ permissions: { writable: [] } }).tmpfs;
  assert.deepEqual(
    folders.map(({ target, readOnly }) => [target, readOnly]),
    [['/dev/mqueue', true]],
  );
});

test('a tmpfs is an eighth of the memory, and at least 16 MB', () => {
  const size = (memory: string): number | undefined => settings({ limits: { memory } }).tmpfs[0]?.bytes;
  assert.deepEqual([size('2g'), size('512m'), size('64m')], [268_435_456, 67_108_864, 16_777_216]);
});

test('shared memory exists only where it is declared', () => {
  const { ipc, shmBytes } = settings({ shm: '64m' });
  assert.deepEqual([ipc, shmBytes], ['private', 64 * 1024 ** 2]);
  assert.ok(!('shmBytes' in settings()));
});

test('a secret is in the secrets handoff and nowhere in the settings', () => {
  const entry = entryOf({ env: { TOKEN: { description: 'T', secret: true }, MODE: { description: 'M' } } });
  const sandbox = sandboxOf(entry, { ...noOverrides, env: { TOKEN: 's3cret', MODE: 'fast' } }, fakePaths());
  const made = settingsOf(sandbox, start);
  assert.ok(!JSON.stringify(made).includes('s3cret'));
  assert.deepEqual(made.env, {
    MODE: 'fast',
    MCPCAT_NETWORK: 'none',
    MCPCAT_REPORTS: '1',
    MCPCAT_PREAMBLE: '1',
  });
  assert.equal(secretsHandoffOf(sandbox)?.toString(), 'MCPCAT1 13\nTOKEN=s3cret\0');
});

test('process 1 is told by device and inode what was judged of each folder, and nothing of volumes', () => {
  const entry = entryOf({
    permissions: {
      mounts: [
        { name: 'data', target: '/data', mode: 'rw', description: 'x' },
        { name: 'docs', target: '/docs', description: 'x' },
      ],
      state: [{ name: 'memory', target: '/memory', description: 'x' }],
    },
  });
  const paths = fakePaths({
    '/srv/a': { identity: '2049:7', holds: ['.envrc'] },
    '/srv/a/.envrc': { identity: '2049:8' },
    '/srv/b': { identity: '18446744073709551615:9' },
  });
  const mounts = [
    { name: 'data', hostPath: '/srv/a', mode: 'rw' },
    { name: 'docs', hostPath: '/srv/b', mode: undefined },
  ] as const;
  const { env } = settingsOf(sandboxOf(entry, { ...noOverrides, mounts }, paths), start);
  assert.equal(env['MCPCAT_MOUNTS'], '2049:7 /data\n18446744073709551615:9 /docs\n2049:8 /data/.envrc\n');
});

test('the length of the secrets handoff is in bytes, and without secrets there is none', () => {
  const entry = entryOf({
    env: { A: { description: 'A', secret: true }, B: { description: 'B', secret: true } },
  });
  const sandbox = sandboxOf(entry, { ...noOverrides, env: { A: 'ä€', B: 'x\ny' } }, fakePaths());
  const secretsHandoff = secretsHandoffOf(sandbox) ?? Buffer.alloc(0);
  const head = secretsHandoff.subarray(0, secretsHandoff.indexOf('\n') + 1);
  assert.equal(head.toString(), `MCPCAT1 ${String(secretsHandoff.length - head.length)}\n`);
  assert.deepEqual(secretsHandoff.subarray(head.length).toString().split('\0'), ['A=ä€', 'B=x\ny', '']);
  assert.equal(secretsHandoffOf(sandboxOf(entryOf(), noOverrides, fakePaths())), undefined);
});

test('the graces of a launch and its lease reach process 1', () => {
  assert.deepEqual(settings({}, { eofGrace: 500, termGrace: 0, lease: 'held' }).env, {
    MCPCAT_NETWORK: 'none',
    MCPCAT_REPORTS: '1',
    MCPCAT_LEASE: '1',
    MCPCAT_EOF_GRACE_MS: '500',
    MCPCAT_TERM_GRACE_MS: '0',
  });
});
