import assert from 'node:assert/strict';
import { duplexPair } from 'node:stream';
import { test } from 'node:test';
import type { Attempt } from '../../src/egress/attempt.ts';
import { frameOf } from '../../src/egress/frames.ts';
import { policyOf } from '../../src/egress/policy.ts';
import { hostOfService, recordsOf, type RecordSource } from '../../src/egress/records.ts';
import { Tunnel } from '../../src/egress/tunnel.ts';
import { rulesOf } from '../../src/egress/rules.ts';
import { until } from './rig.ts';
import { FakeRelay } from './fake-relay.ts';

const timeout = 30_000;
const srv = { priority: 0, weight: 1, port: 27_017 };
const source: RecordSource = {
  srv: (name) =>
    name === '_mongodb._tcp.db.abc.example.com'
      ? Promise.resolve([
          { ...srv, name: 'Shard-00.abc.example.com' },
          { ...srv, name: 'shard-01.abc.example.com', port: 22 },
          { ...srv, name: 'evil.example.org' },
        ])
      : Promise.reject(new Error('ENODATA')),
  txt: () => Promise.resolve([['authSource=admin&replicaSet=r0'], ['x'.repeat(300)]]),
};

function mongo(): ReturnType<typeof policyOf> {
  return policyOf(
    rulesOf({ declared: ['{URI}'], settings: { URI: 'mongodb+srv://u:p@db.abc.example.com/x' } }),
  );
}

test('the targets of SRV records are permitted if they are of the same domain and on a port of the rule', async () => {
  const policy = mongo();
  assert.equal(policy.permits('shard-00.abc.example.com', 27_017).verdict, 'refused');
  const records = await recordsOf({ type: 33, name: '_mongodb._tcp.db.abc.example.com' }, source, policy);
  assert.equal(policy.permits('shard-00.abc.example.com', 27_017).verdict, 'permitted');
  assert.ok(policy.knows('shard-00.abc.example.com'));
  assert.equal(policy.permits('shard-01.abc.example.com', 22).verdict, 'refused');
  assert.equal(policy.permits('evil.example.org', 27_017).verdict, 'refused');
  assert.ok(records.includes(Buffer.from('\x08Shard-00\x03abc\x07example\x03com\0', 'latin1')));
  assert.ok(!records.includes(Buffer.from('evil')));
  assert.deepEqual([...records.subarray(0, 8)], [0, 32, 0, 0, 0, 1, 0x69, 0x89]);
});

test('a name of two labels permits only what lies below it', async () => {
  const policy = policyOf(rulesOf({ declared: ['example.com:27017'], settings: {} }));
  const wide: RecordSource = { ...source, srv: () => Promise.resolve([{ ...srv, name: 'other.com' }]) };
  assert.equal((await recordsOf({ type: 33, name: '_mongodb._tcp.example.com' }, wide, policy)).length, 0);
  assert.equal(policy.knows('other.com'), false);
});

test('texts are packed in pieces of at most 255 bytes, other types are none', async () => {
  const records = await recordsOf({ type: 16, name: 'db.abc.example.com' }, source, mongo());
  assert.equal(records.readUInt16BE(0), 31);
  assert.equal(records[2], 30);
  assert.equal(records.length, 33 + 2 + 256);
  assert.equal((await recordsOf({ type: 15, name: 'db.abc.example.com' }, source, mongo())).length, 0);
  const many: RecordSource = {
    ...source,
    txt: () => Promise.resolve(Array.from({ length: 9 }, () => ['x'.repeat(250)])),
  };
  assert.ok((await recordsOf({ type: 16, name: 'x' }, many, mongo())).length <= 1152);
  assert.equal(hostOfService('_mongodb._tcp.db.example.com'), 'db.example.com');
  assert.equal(hostOfService('_dmarc.example.com'), '_dmarc.example.com');
});

test('a driver for mongodb+srv finds its servers through the tunnel', { timeout }, async () => {
  const [wire, far] = duplexPair();
  const attempts: Attempt[] = [];
  const relay = new FakeRelay(far, far);
  const dialled: string[] = [];
  const tunnel = new Tunnel({
    input: wire,
    output: wire,
    policy: mongo(),
    records: source,
    onAttempt: (attempt) => attempts.push(attempt),
    dial: ({ name, port }) => {
      dialled.push(`${name}:${String(port)}`);
      return Promise.resolve({ outcome: 'failed', reason: 'as in a test' });
    },
  });
  await tunnel.ready;
  const query = (id: number, type: number, name: string): boolean =>
    relay.raw(frameOf('query', id, Buffer.concat([Buffer.from([0, type]), Buffer.from(name)])));
  query(1, 33, '_mongodb._tcp.db.abc.example.com');
  query(2, 16, 'db.abc.example.com');
  query(3, 33, '_mongodb._tcp.evil.example.org');
  query(4, 65, 'db.abc.example.com');
  query(5, 33, '_other._tcp.db.abc.example.com');
  await until('all are answered', () => relay.heard.length >= 6);
  assert.deepEqual([...relay.heard].sort(), [
    'answer 3',
    'answer 4',
    'answer 5',
    'hello 0',
    'records 1',
    'records 2',
  ]);
  assert.deepEqual(
    attempts.map(({ name, reason }) => `${name}: ${String(reason)}`),
    ['_mongodb._tcp.evil.example.org: the name is not permitted'],
  );
  const address = await relay.lookup('shard-00.abc.example.com');
  assert.equal(address, '127.77.0.2');
  relay.connect(address, 27_017);
  await until('it is dialled', () => dialled.length === 1);
  assert.deepEqual(dialled, ['shard-00.abc.example.com:27017']);
  tunnel.close();
});
