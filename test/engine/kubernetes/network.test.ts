import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refuseOpenPolicies, type NetworkPolicy } from '../../../src/engine/kubernetes/policies.ts';
import { outcomeOf } from '../../../src/engine/kubernetes/connection-table.ts';
import { judged, type Reached } from '../../../src/engine/kubernetes/prove-network.ts';

const denyAll: NetworkPolicy = {
  metadata: { name: 'deny-all' },
  spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
};

test('one standing policy that permits nothing is enough', () => {
  refuseOpenPolicies([denyAll], 'mcpcat');
  const others = {
    metadata: { name: 'dns' },
    spec: { podSelector: { matchLabels: { app: 'x' } }, egress: [{}] },
  };
  refuseOpenPolicies([denyAll, others], 'mcpcat');
});

const open: Readonly<Record<string, readonly NetworkPolicy[]>> = {
  'no policy at all': [],
  'one for ingress alone': [{ ...denyAll, spec: { podSelector: {}, policyTypes: ['Ingress'] } }],
  'one for some pods': [
    { ...denyAll, spec: { ...denyAll.spec, podSelector: { matchLabels: { app: 'x' } } } },
  ],
  'one with a rule': [{ ...denyAll, spec: { ...denyAll.spec, egress: [{}] } }],
  'another that permits all pods something': [
    denyAll,
    { metadata: { name: 'dns' }, spec: { podSelector: {}, policyTypes: ['Egress'], egress: [{}] } },
  ],
  'another that permits ours something': [
    denyAll,
    {
      metadata: { name: 'dns' },
      spec: { podSelector: { matchLabels: { 'app.kubernetes.io/managed-by': 'mcpcat' } }, egress: [{}] },
    },
  ],
  'another that permits what keep the same': [
    denyAll,
    {
      metadata: { name: 'dns' },
      spec: { podSelector: { matchLabels: { 'io.mcpcat.state': '00' } }, egress: [{}] },
    },
  ],
  'another that may permit ours something': [
    denyAll,
    { metadata: { name: 'dns' }, spec: { podSelector: { matchExpressions: [{}] }, ingress: [{}] } },
  ],
};
for (const [what, policies] of Object.entries(open))
  test(`${what} does not shut a namespace`, () => {
    assert.throws(() => refuseOpenPolicies(policies, 'mcpcat'), {
      name: 'McpcatError',
      code: 'engine-unfit',
    });
  });

/** As proc(5) has it: 10.96.0.1:443 is being made, 10.99.0.1:443 is there, and so is 10.99.0.7:10250 by IPv6. */
const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt
   0: 0200630A:A1B2 0100600A:01BB 02 00000001:00000000 01:00000010 00000001 65532        0 1
   1: 0200630A:A1B4 0100630A:01BB 01 00000000:00000000 00:00000000 00000000 65532        0 2
   3: 00000000000000000000000000000000:A1B6 C20E00FD000000000000000054020000:0050 02 0:0 0:0 0 65532 0 3
   4: 00000000000000000000000000000000:A1B6 B80D0120000000000000000001000000:01BB 01 0:0 0:0 0 65532 0 3
   2: 0000000000000000FFFF00000200630A:A1B4 0000000000000000FFFF00000700630A:280A 01 0:0 0:0 0 65532 0 3`;

const unknown = { verdict: 'unknown', detail: '' } as const;
const outcomes: Readonly<Record<string, Reached['outcome']>> = {
  '10.96.0.1 443': 'shut',
  '10.99.0.1 443': 'reached',
  '10.99.0.7 10250': 'reached',
  '169.254.169.254 80': 'unknown',
  'fd00:ec2::254 80': 'shut',
  '2001:db8::1 443': 'reached',
  '2001:db8:0:0:0:0:0:2 443': 'unknown',
};
for (const [target, outcome] of Object.entries(outcomes))
  test(`a connection to ${target} in that table is ${outcome}`, () => {
    assert.equal(outcomeOf(target, table, unknown), outcome);
  });

test('who speaks first, closes or resets was reached, and who refused was not', () => {
  const outcome = (verdict: 'ok' | 'no', detail: string): string =>
    outcomeOf('169.254.169.254 80', table, { verdict, detail });
  assert.equal(outcome('ok', 'hello'), 'reached');
  assert.equal(outcome('no', 'closed without a word'), 'reached');
  assert.equal(outcome('no', 'Connection reset by peer'), 'reached');
  assert.equal(outcome('no', 'Connection refused'), 'shut');
});

const shut = (what: Reached['what']): Reached => ({ what, target: what, outcome: 'shut' });

test('a network of which nothing is reached but the node is shut by a policy, and that is said', () => {
  const others = [shut('api-server'), shut('cluster-dns'), shut('metadata')];
  const reached = { ...shut('node'), outcome: 'reached' } as const;
  const untried = ['the service kube-dns'];
  assert.deepEqual(judged([...others, reached], untried), { kind: 'policy', reachesNode: true, untried });
  assert.deepEqual(judged([...others, shut('node')], []), {
    ...{ kind: 'policy', reachesNode: false, untried: [] },
  });
});

for (const what of ['api-server', 'cluster-dns', 'metadata'] as const)
  for (const outcome of ['reached', 'unknown'] as const)
    test(`a network of which ${what} is ${outcome} is refused`, () => {
      assert.throws(() => judged([shut('node'), { ...shut(what), outcome }], []), { code: 'engine-unfit' });
    });
