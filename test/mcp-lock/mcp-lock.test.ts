import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseEntry } from '../../src/catalog/parse-entry.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import { driftOf } from '../../src/mcp-lock/drift.ts';
import { lockedServer, lockText, parseMcpLock, type LockedServer } from '../../src/mcp-lock/mcp-lock.ts';
import { entryText } from '../catalog/entry-text.ts';

const hash = (digit: string): string => `sha256:${digit.repeat(64)}`;
const server: LockedServer = {
  source: 'npm:left-pad',
  version: '1.0.0',
  image: { repository: null, digest: hash('1') },
  tools: { pad: hash('a'), trim: hash('b') },
  permissions: {
    network: ['example.com'],
    mounts: { data: 'ro /data' },
    state: { db: '/db' },
    writable: ['/tmp'],
    settings: ['KEY'],
    secrets: ['KEY'],
    memoryBytes: 256,
    cpus: 1,
    pids: 64,
    shmBytes: 0,
  },
};
const { permissions } = server;
const changes = (after: LockedServer): string[] =>
  driftOf({ one: server }, { one: after }).map(({ change }) => change);

test('a lock is read as it was written, in whatever order servers were named', () => {
  const text = lockText({ b: server, a: { ...server, image: null, tools: null } });
  assert.equal(lockText(parseMcpLock(text, 'mcp-lock.json')), text);
  assert.deepEqual(Object.keys(parseMcpLock(text, 'mcp-lock.json')), ['a', 'b']);
});

test('the same server is no drift', () => {
  assert.deepEqual(changes(structuredClone(server)), []);
});

test('release, package, image and registry count', () => {
  assert.deepEqual(changes({ ...server, version: '1.0.1', source: 'npm:right-pad' }), [
    'source: npm:left-pad → npm:right-pad',
    'version: 1.0.0 → 1.0.1',
  ]);
  assert.deepEqual(changes({ ...server, image: { repository: 'r.example/x', digest: hash('1') } }), [
    `image: ${hash('1')} → r.example/x@${hash('1')}`,
  ]);
  assert.deepEqual(changes({ ...server, image: null }), [`image: ${hash('1')} → none`]);
});

test('each tool counts: new, gone, changed', () => {
  assert.deepEqual(changes({ ...server, tools: { pad: hash('c'), constructor: hash('d') } }), [
    'tool constructor is new',
    'tool pad has changed',
    'tool trim is gone',
  ]);
  assert.deepEqual(changes({ ...server, tools: null }), ['tools: no longer listed']);
});

test('each permission counts, also a narrower one', () => {
  const narrower = { ...permissions, network: [], mounts: { data: 'rw /data' }, pids: 32, secrets: [] };
  assert.deepEqual(changes({ ...server, permissions: narrower }), [
    'network: - example.com',
    'secrets: - KEY',
    'mounts: + data (rw /data)',
    'mounts: - data (ro /data)',
    'pids: 64 → 32',
  ]);
});

test('whatever changes what an entry permits is drift', () => {
  const mount = '{ name: data, description: It., target: /data }';
  const base = `permissions: { mounts: [${mount}], state: [{ name: db, description: It., target: /db }] }`;
  const locked = (more: string): LockedServer => {
    const { entry, problems } = parseEntry('server.yaml', entryText('echo', { more }), 'echo');
    assert.ok(entry, problems.map(({ message }) => message).join());
    return lockedServer({ entry, version: '1', image: undefined, tools: undefined });
  };
  const before = locked(base);
  for (const [change, found] of [
    [base.replace('/data', '/other'), 'mounts: + data (ro /other)'],
    [base.replace('target: /data', 'target: /data, mode: rw'), 'mounts: + data (rw /data)'],
    [base.replace('target: /data', 'target: /data, kind: file'), 'mounts: + data (ro /data file)'],
    [base.replace('target: /data', 'target: /data, many: true'), 'mounts: + data (ro /data many)'],
    [base.replace('target: /data', 'target: /data, samePath: true'), 'mounts: + data (ro /data samePath)'],
    [base.replace('/db', '/elsewhere'), 'state: + db (/elsewhere)'],
    [base.replace('{ mounts', '{ network: ["*"], mounts'), 'network: + *'],
    [base.replace('{ mounts', '{ writable: [/tmp, /scratch], mounts'), 'writable: + /scratch'],
    [`${base}\nshm: 64m`, 'shmBytes: 0 → 67108864'],
    [`${base}\nlimits: { cpus: 2 }`, 'cpus: 1 → 2'],
    [`${base}\nenv: { A: { description: It. } }`, 'settings: + A'],
  ] as const) {
    const after = locked(change);
    const changesSeen = driftOf({ echo: before }, { echo: after }).map((drift) => drift.change);
    assert.ok(changesSeen.includes(found), `${found}: ${changesSeen.join()}`);
    assert.equal(lockText(parseMcpLock(lockText({ echo: after }), 'x')), lockText({ echo: after }));
  }
});

test('a server that only one of them has is drift', () => {
  assert.deepEqual(driftOf({ a: server }, { b: server }), [
    { server: 'a', change: 'is in the lock and no longer there' },
    { server: 'b', change: 'is used and not in the lock' },
  ]);
});

for (const [title, text] of [
  ['half a file', '{"lockfileVersion": 1'],
  ['the file of another tool', '{"version": "1.0", "tools": {}}'],
  ['a key that nobody knows', lockText({ a: server }).replace('"pids"', '"pid"')],
  ['a hash of another form', lockText({ a: server }).replace('sha256:aaaa', 'md5:aaaa')],
] as const)
  test(`${title} is refused`, () => {
    assert.throws(
      () => parseMcpLock(text, 'mcp-lock.json'),
      (error) => {
        assert.ok(error instanceof McpcatError);
        assert.equal(error.code, 'lock-invalid');
        assert.match(error.message, /^mcp-lock\.json:/);
        return true;
      },
    );
  });
