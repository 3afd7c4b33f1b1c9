import assert from 'node:assert/strict';
import { test } from 'node:test';
import { containerFacts } from '../../src/engine/docker/inspect.ts';
import { seccompProfile } from '../../src/engine/seccomp/profile.ts';
import type { RecordedSettings } from '../../src/engine/restrictions.ts';

const recorded = (host: object, config: object = {}, more: object = {}): RecordedSettings =>
  containerFacts({ HostConfig: host, Config: config, ...more }).recorded;

test('an answer that says nothing promises nothing', () => {
  for (const answer of [undefined, null, [], 'text', {}, { HostConfig: null, Config: 1, Mounts: {} }]) {
    const { readOnlyRoot, noNewPrivileges, memoryBytes, pids, capabilities } =
      containerFacts(answer).recorded;
    assert.deepEqual([readOnlyRoot, noNewPrivileges, memoryBytes, pids], [false, false, 0, 0]);
    assert.ok(capabilities.includes('NET_RAW'));
  }
});

test('capabilities are what is left and added, however an engine writes it', () => {
  const kept = (dropped: unknown, added?: unknown): readonly string[] =>
    recorded({ CapDrop: dropped, CapAdd: added }).capabilities;
  assert.deepEqual(kept(['ALL']), []);
  assert.deepEqual(kept(['all'], ['CAP_CHOWN', 'kill']), ['CHOWN', 'KILL']);
  const all = kept([]);
  assert.equal(all.length, 14);
  assert.deepEqual(kept(all.map((name) => `CAP_${name}`)), []);
});

test('security options are told apart', () => {
  const said = (...options: string[]): unknown => {
    const { noNewPrivileges, seccomp } = recorded({ SecurityOpt: options });
    return [noNewPrivileges, seccomp];
  };
  assert.deepEqual(said('no-new-privileges'), [true, 'engine-default']);
  assert.deepEqual(said('no-new-privileges:true'), [true, 'engine-default']);
  assert.deepEqual(said('no-new-privileges=false'), [false, 'engine-default']);
  assert.deepEqual(said('seccomp=unconfined'), [false, 'other']);
  assert.deepEqual(said(`seccomp=${seccompProfile}`), [false, 'mcpcat']);
  assert.deepEqual(said(`seccomp=${seccompProfile}`, 'seccomp=unconfined'), [false, 'other']);
  assert.deepEqual(said('seccomp:{"defaultAction":"SCMP_ACT_ALLOW"}'), [false, 'other']);
});

test('a limit of processors may be a share of a period', () => {
  assert.equal(recorded({ NanoCpus: 5e8 }).nanoCpus, 5e8);
  assert.equal(recorded({ CpuQuota: 50_000, CpuPeriod: 100_000 }).nanoCpus, 5e8);
  assert.equal(recorded({ CpuQuota: 0, CpuPeriod: 0 }).nanoCpus, 0);
});

test('a folder in memory that lacks a restriction counts as a mount', () => {
  const { tmpfs, mounts } = recorded({
    Tmpfs: { '/a': 'rw,nosuid,nodev,noexec,size=4096,mode=0700', '/b': 'rw,nosuid,nodev,size=4096' },
  });
  assert.deepEqual(tmpfs, [{ target: '/a', bytes: 4096, uid: 0, gid: 0, mode: 0o700, readOnly: false }]);
  assert.deepEqual(mounts, [{ kind: 'tmpfs', source: '', target: '/b', readOnly: false }]);
});

test('devices, shared namespaces and health checks are seen in each of their forms', () => {
  const { devices, sharedNamespaces } = recorded({
    Devices: [{ PathOnHost: '/dev/kvm' }, {}],
    DeviceRequests: [{ Driver: 'nvidia' }, {}],
    DeviceCgroupRules: ['c 10:232 rwm'],
    PidMode: 'container:abc',
    UTSMode: 'host',
    UsernsMode: 'private',
  });
  assert.deepEqual(devices, ['/dev/kvm', 'one without a path', 'nvidia', 'a request', 'c 10:232 rwm']);
  assert.deepEqual(sharedNamespaces, ['pid: container:abc', 'uts: host']);
  const checked = (Test: unknown): boolean => recorded({}, { Healthcheck: { Test } }).healthCheck;
  assert.deepEqual(
    [checked(['NONE']), checked([]), checked(['CMD', '/x']), checked(['CMD-SHELL', 'x'])],
    [false, false, true, true],
  );
});

test('a mount is read-only only if that is said, and a volume is known by its name', () => {
  const Mounts = [
    { Type: 'bind', Source: '/x', Destination: '/a', RW: false },
    { Type: 'volume', Name: 'v', Source: '/var/lib/v', Destination: '/b', RW: true },
    { Type: 'bind', Source: '/y', Destination: '/c' },
  ];
  assert.deepEqual(
    recorded({}, {}, { Mounts }).mounts.map(({ source, readOnly }) => [source, readOnly]),
    [
      ['/x', true],
      ['v', false],
      ['/y', true],
    ],
  );
});

test('a stop signal is a name, also where an engine gives its number', () => {
  const signals = ['SIGQUIT', '15', '', undefined].map(
    (StopSignal) => recorded({}, { StopSignal }).stopSignal,
  );
  assert.deepEqual(signals, ['SIGQUIT', 'SIGTERM', undefined, undefined]);
});

test('a setting without a value is empty, and one word may stand for a list', () => {
  const { env, entrypoint, command } = recorded(
    {},
    { Env: ['A', 'B=', 'C=d=e'], Entrypoint: '/x', Cmd: null },
  );
  assert.deepEqual(env, { A: '', B: '', C: 'd=e' });
  assert.deepEqual([entrypoint, command], [['/x'], []]);
});
