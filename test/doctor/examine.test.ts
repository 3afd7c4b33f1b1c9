import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Condition } from '../../src/doctor/condition.ts';
import { examine } from '../../src/doctor/examine.ts';
import { measureSandbox } from '../../src/doctor/measure-sandbox.ts';
import type { EngineInfo } from '../../src/engine/engine.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import { FakeEngine } from '../rig/fake-engine.ts';

const tried: readonly Condition[] = ['limit-memory', 'limit-swap', 'limit-cpu', 'limit-pids', 'seccomp'].map(
  (kind) => ({
    kind,
    status: 'ok',
    message: `${kind}: held`,
  }),
);

async function conditions(
  change: Partial<EngineInfo> = {},
  measured: readonly Condition[] = tried,
): Promise<Condition[]> {
  const engine = new FakeEngine();
  engine.facts = { ...engine.facts, ...change };
  return examine(
    () => Promise.resolve(engine),
    () => Promise.resolve([...measured]),
  );
}

async function statusOf(kind: string, change: Partial<EngineInfo>): Promise<string | undefined> {
  return (await conditions(change)).find((condition) => condition.kind === kind)?.status;
}

test('an engine that can do all that the sandbox asks for is fine', async () => {
  const found = await conditions();
  assert.deepEqual(
    found.filter(({ status }) => status !== 'ok').map(({ kind }) => kind),
    [],
  );
  assert.match(found[0]?.message ?? '', /^docker 20\.10\.24 \(API 1\.41\) at unix:\/\/\/fake/);
});

test('what an engine says of itself and nobody tried is no "ok"', async () => {
  const found = await conditions({}, []);
  const untried = found.filter(({ message }) => message.startsWith('not tried: '));
  assert.deepEqual(
    untried.map(({ kind, status }) => `${kind} ${status}`),
    ['limit-memory', 'limit-swap', 'limit-cpu', 'limit-pids', 'seccomp'].map((kind) => `${kind} warning`),
  );
});

test('a limit that the engine claims and does not hold fails', async () => {
  const lost: Condition = { kind: 'limit-memory', status: 'failed', message: 'the memory limit: not held' };
  const found = await conditions({}, [lost, ...tried.slice(1)]);
  const memory = found.filter(({ kind }) => kind === 'limit-memory');
  assert.deepEqual(memory, [lost]);
});

test('an engine that is too old fails, docker and podman each by its own numbers', async () => {
  for (const [name, version, status] of [
    ['docker', '20.10.0', 'ok'],
    ['docker', '29.0.1', 'ok'],
    ['docker', '20.9.9', 'failed'],
    ['docker', '19.03.15', 'failed'],
    ['podman', '4.0.0', 'ok'],
    ['podman', '3.4.4', 'failed'],
  ] as const)
    assert.equal(await statusOf('version', { name, version }), status, `${name} ${version}`);
});

test('each limit that the engine can not enforce fails by its name', async () => {
  const { limits } = new FakeEngine().facts;
  for (const kind of ['memory', 'swap', 'cpu', 'pids'] as const) {
    const found = await conditions({ limits: { ...limits, [kind]: false } });
    const failed = found.filter(({ status }) => status === 'failed').map((condition) => condition.kind);
    assert.deepEqual(failed, [`limit-${kind}`]);
  }
});

test('no filter of system calls fails; a storage that copies, or unknown cgroups, is a warning', async () => {
  assert.equal(await statusOf('seccomp', { securityOptions: ['apparmor'] }), 'failed');
  assert.equal(await statusOf('storage', { storageDriver: 'vfs' }), 'warning');
  assert.equal(await statusOf('cgroups', { cgroupVersion: 'unknown' }), 'warning');
});

test('without an engine the reason and its hint are the condition, and the rest is looked at all the same', async () => {
  const error = new McpcatError('engine-missing', 'no engine answers', { hint: 'start it' });
  const found = await examine(
    () => Promise.reject(error),
    () => Promise.reject(new Error('never asked')),
  );
  assert.deepEqual(
    found.map(({ kind, status, hint }) => [kind, status, hint]),
    [['engine', 'failed', 'start it']],
  );
});

test('a bug of ours is no condition of the machine', async () => {
  const broken = examine(
    () => Promise.reject(new TypeError('x is undefined')),
    () => Promise.resolve([]),
  );
  await assert.rejects(broken, TypeError);
});

test('without any base nothing is tried, and a container that does not answer is said', async () => {
  const engine = new FakeEngine();
  const request = { engine, images: ['mcpcat/base:1', 'mcpcat/base:2'], labels: { test: 'doctor' } };
  const [absent, ...none] = await measureSandbox(request);
  assert.deepEqual([absent?.kind, absent?.status, none], ['sandbox', 'warning', []]);
  engine.addImage({ tags: ['mcpcat/base:2'] });
  engine.onExec = (exec) => {
    exec.stderr.write('mcpcat-init: no such command\n');
    exec.exit(1);
  };
  const [failed] = await measureSandbox(request);
  assert.equal(failed?.status, 'failed');
  assert.match(failed.message, /^no container could be started and measured: /);
  assert.equal(engine.containers.size, 0);
});
