/** A hostile server against the sandbox, in a network namespace without a way out: test/redteam. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { testEngine } from '../rig/engine.ts';
import { Field } from '../redteam/field.ts';
import { waysOut, type Link } from '../redteam/no-way-out.ts';
import { reportText } from '../redteam/report.ts';
import { failuresOf, redTeam } from '../redteam/suite.ts';

const loopback: Link = { ifname: 'lo', link_type: 'loopback' };
const closed = { sameAsHost: false, links: [loopback], routes: [], reached: [] };

test('a network with any way out is told from a closed one', () => {
  assert.deepEqual(waysOut(closed), []);
  const bridge = { ifname: 'docker0', link_type: 'ether', linkinfo: { info_kind: 'bridge' } };
  assert.deepEqual(waysOut({ ...closed, links: [loopback, bridge] }), []);
  for (const [expected, more] of [
    [/own network/, { sameAsHost: true }],
    [/unknown/, { links: [] }],
    [/eth0 may lead out/, { links: [loopback, { ifname: 'eth0', link_type: 'ether' }] }],
    [
      /veth1 may lead out/,
      { links: [loopback, { ifname: 'veth1', link_type: 'ether', linkinfo: { info_kind: 'veth' } }] },
    ],
    [/route to default/, { routes: [{ dst: 'default', dev: 'eth0' }] }],
    [/route to 192/, { routes: [{ dst: '192.0.2.0/24', gateway: '10.0.0.1', dev: 'x' }] }],
    [/route to 1\.1\.1\.1/, { reached: ['1.1.1.1'] }],
  ] as const) {
    assert.match(waysOut({ ...closed, ...more }).join(), expected);
  }
});

test('the attempts do not begin in a network that has a route out', { timeout: 120_000 }, async () => {
  await using field = new Field();
  await field.setUp();
  field.mustBeClosed();
  const [program = '', ...words] = field.inside(['ip', 'route', 'add', 'default', 'dev', 'upstreams']);
  execFileSync(program, words);
  assert.throws(() => field.mustBeClosed(), /refused to start: .*route to default over upstreams/);
});

test(
  'nothing that a hostile server tries gets out, while it does from plain containers',
  { timeout: 1_200_000 },
  async () => {
    const rows = await redTeam({
      engine: await testEngine(),
      columns: { 'docker run': 'quick', mcpcat: 'all' },
      signal: AbortSignal.timeout(1_150_000),
    });
    console.log(reportText(rows));
    assert.deepEqual(failuresOf(rows, 'mcpcat'), []);
    assert.ok(rows.length >= 125, `only ${String(rows.length)} attempts`);
    // Or the attempts would prove nothing: this is what they do where nothing stops them.
    const real = rows.filter(({ verdicts }) => verdicts.get('docker run')?.outcome === 'SUCCEEDED');
    assert.ok(real.length >= 40, `only ${String(real.length)} attempts succeed against plain docker run`);
  },
);
