import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBody } from '../../src/engine/docker/body.ts';
import { seccompProfile } from '../../src/engine/seccomp/profile.ts';
import type { ContainerSettings, LimitName } from '../../src/engine/engine.ts';

const settings: ContainerSettings = {
  image: 'mcpcat/x:local',
  command: ['--stdio'],
  env: { A: '1', B: 'x=y' },
  labels: { 'io.mcpcat.server': 'x' },
  user: '65532:65532',
  readOnlyRoot: true,
  security: { noNewPrivileges: true, seccomp: 'mcpcat', capabilities: [] },
  network: 'none',
  ipc: 'none',
  memoryBytes: 512 << 20,
  nanoCpus: 1e9,
  pids: 128,
  nofile: 1024,
  tmpfs: [{ target: '/tmp', bytes: 65536, uid: 65532, gid: 65532, mode: 0o1777, readOnly: false }],
  mounts: [
    { kind: 'bind', source: '/home/me/x', target: '/data', readOnly: true },
    {
      kind: 'volume',
      source: 'cache',
      target: '/cache',
      readOnly: false,
      labels: { 'io.mcpcat.state': 'cache' },
    },
  ],
  sysctls: { 'net.ipv4.ip_unprivileged_port_start': '0' },
  nameResolution: {
    files: 'written',
    resolvers: ['127.0.0.1'],
    hosts: [{ name: 'a.example.com', address: '127.77.0.1' }],
  },
  autoRemove: true,
};

test('an engine that has no file to write is told of no network at all, besides', () => {
  const bodies = (['written', 'empty'] as const).map((files) =>
    createBody({ ...settings, nameResolution: { ...settings.nameResolution, files } }),
  );
  assert.deepEqual(
    bodies.map((body) => [body.NetworkDisabled, body.HostConfig?.NetworkMode]),
    [
      [false, 'none'],
      [true, 'none'],
    ],
  );
});

test('every restriction reaches the engine in its own words', () => {
  assert.deepEqual(createBody(settings).HostConfig, {
    AutoRemove: true,
    LogConfig: { Type: 'none', Config: {} },
    ReadonlyRootfs: true,
    Privileged: false,
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges', `seccomp=${seccompProfile}`],
    NetworkMode: 'none',
    IpcMode: 'none',
    Memory: 536_870_912,
    MemorySwap: 536_870_912,
    CpuPeriod: 250_000,
    CpuQuota: 250_000,
    PidsLimit: 128,
    Ulimits: [
      { Name: 'nofile', Soft: 1024, Hard: 1024 },
      { Name: 'core', Soft: 0, Hard: 0 },
    ],
    Tmpfs: { '/tmp': 'rw,nosuid,nodev,noexec,size=65536,uid=65532,gid=65532,mode=1777' },
    Mounts: [
      {
        Type: 'bind',
        Source: '/home/me/x',
        Target: '/data',
        ReadOnly: true,
        BindOptions: { Propagation: 'rprivate' },
      },
      {
        Type: 'volume',
        Source: 'cache',
        Target: '/cache',
        ReadOnly: false,
        VolumeOptions: {
          NoCopy: false,
          Labels: { 'io.mcpcat.state': 'cache' },
          DriverConfig: { Name: 'local', Options: {} },
        },
      },
    ],
    Sysctls: { 'net.ipv4.ip_unprivileged_port_start': '0' },
    Dns: ['127.0.0.1'],
    ExtraHosts: ['a.example.com:127.77.0.1'],
  });
});

test('where containers are confined by SELinux, what may be relabelled is a bind with z, all else stays as it is', () => {
  const [bind, volume] = settings.mounts;
  assert.ok(bind && volume);
  const asked = {
    ...settings,
    mounts: [{ ...bind, relabel: 'allowed' as const }, { ...bind, target: '/other' }, volume],
  };
  const confined = createBody(asked, undefined, { confined: true }).HostConfig;
  assert.deepEqual(confined?.Binds, ['/home/me/x:/data:ro,rprivate,z']);
  assert.deepEqual(
    confined.Mounts?.map(({ Target }) => Target),
    ['/other', '/cache'],
  );
  const free = createBody(asked).HostConfig;
  assert.deepEqual([free?.Binds, free?.Mounts?.length], [undefined, 3]);
});

test('stdin is open once, and nothing is a terminal', () => {
  const { OpenStdin, StdinOnce, AttachStdin, AttachStdout, AttachStderr, Tty } = createBody(settings);
  assert.deepEqual(
    { OpenStdin, StdinOnce, AttachStdin, AttachStdout, AttachStderr, Tty },
    {
      OpenStdin: true,
      StdinOnce: true,
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      Tty: false,
    },
  );
});

test('settings are passed with their equal signs, and what is not set is left to the image', () => {
  const body = createBody(settings);
  assert.deepEqual(body.Env, ['A=1', 'B=x=y']);
  for (const key of ['Entrypoint', 'WorkingDir', 'Hostname', 'StopSignal']) assert.ok(!(key in body), key);
  const more = { ...settings, entrypoint: ['/x'], workingDir: '/data', hostname: 'h', stopSignal: 'SIGINT' };
  const { Entrypoint, WorkingDir, Hostname, StopSignal } = createBody(more);
  assert.deepEqual([Entrypoint, WorkingDir, Hostname, StopSignal], [['/x'], '/data', 'h', 'SIGINT']);
});

test('shared memory has a size only when there is some', () => {
  assert.ok(!('ShmSize' in (createBody(settings).HostConfig ?? {})));
  const { HostConfig } = createBody({ ...settings, ipc: 'private', shmBytes: 64 << 20 });
  assert.equal(HostConfig?.ShmSize, 67_108_864);
});

test('a folder of root’s has no owner said, and a closed one is read-only', () => {
  const queues = { target: '/dev/mqueue', bytes: 4096, uid: 0, gid: 0, mode: 0o555, readOnly: true };
  assert.deepEqual(createBody({ ...settings, tmpfs: [queues] }).HostConfig?.Tmpfs, {
    '/dev/mqueue': 'ro,nosuid,nodev,noexec,size=4096,mode=0555',
  });
});

test('capabilities are added one by one to none at all', () => {
  const security = { ...settings.security, noNewPrivileges: false, capabilities: ['CHOWN'] };
  const { HostConfig } = createBody({ ...settings, security });
  assert.deepEqual(
    [HostConfig?.CapDrop, HostConfig?.CapAdd, HostConfig?.SecurityOpt],
    [['ALL'], ['CHOWN'], [`seccomp=${seccompProfile}`]],
  );
});

test('a share of processors is never more than was asked for, and the same in a long period', () => {
  const asked = [1, 0.5, 2.5, 0.01, 1 / 3].map((cpus) => {
    const { HostConfig = {} } = createBody({ ...settings, nanoCpus: Math.round(cpus * 1e9) });
    return [HostConfig.CpuQuota, HostConfig.CpuPeriod, HostConfig.NanoCpus];
  });
  assert.deepEqual(
    asked,
    [250_000, 125_000, 625_000, 2500, 83_333].map((quotaUs) => [quotaUs, 250_000, undefined]),
  );
});

test('a limit that the engine lacks is not asked for, and memory’s takes swap’s with it', () => {
  const asked = (...lacking: readonly LimitName[]): string[] => {
    const host = createBody({ ...settings, lacking }).HostConfig ?? {};
    return ['Memory', 'MemorySwap', 'CpuQuota', 'PidsLimit'].filter((name) => Object.hasOwn(host, name));
  };
  assert.deepEqual(asked(), ['Memory', 'MemorySwap', 'CpuQuota', 'PidsLimit']);
  assert.deepEqual(asked('pids'), ['Memory', 'MemorySwap', 'CpuQuota']);
  assert.deepEqual(asked('swap', 'cpu'), ['Memory', 'PidsLimit']);
  assert.deepEqual(asked('memory'), ['CpuQuota', 'PidsLimit']);
});
