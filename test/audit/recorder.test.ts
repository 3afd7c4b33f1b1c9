import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Recorder, recordingRules } from '../../src/audit/recorder.ts';
import { undeclaredHosts } from '../../src/audit/report.ts';
import { attemptOf } from '../../src/egress/attempt.ts';
import { rulesOf } from '../../src/egress/rules.ts';
import { openSinkhole } from '../../src/test-session/sinkhole.ts';

const declared = rulesOf({
  declared: ['api.example.org', 'mq.example.org:5671 (tls: opaque)'],
  settings: {},
});
const recorder = (): Recorder => new Recorder(declared, openSinkhole(), undefined);
const connection = { what: 'connection', port: 443, verdict: 'refused' } as const;

test('a name inside a permitted connection is a host that was tried, and not declared', () => {
  const record = recorder();
  record.attempt(
    attemptOf({ ...connection, name: 'api.example.org', reason: 'TLS for evil.org', wanted: 'evil.org' }),
  );
  const hosts = record.hosts();
  assert.deepEqual(
    hosts.map(({ name, port, declared: known, behind }) => ({ name, port, known, behind })),
    [{ name: 'evil.org', port: 443, known: false, behind: 'api.example.org' }],
  );
  assert.deepEqual(undeclaredHosts(hosts), ['evil.org']);
});

test('a connection that does not say whom it is for is told with the reason', () => {
  const record = recorder();
  const reason = 'TLS without a server name, whose name can not be checked';
  record.attempt(attemptOf({ ...connection, name: 'api.example.org', reason }));
  const [host] = record.hosts();
  assert.equal(host?.hidden, reason);
  assert.equal(host?.declared, true);
});

test('the recording tunnel looks into declared hosts as in earnest, and into no others', () => {
  const policy = recorder().policyFor(recordingRules(declared, undefined));
  const within = policy.namesWithin('api.example.org', 443);
  assert.ok(within !== 'any' && within.fits('api.example.org') && !within.fits('evil.org'));
  assert.equal(policy.namesWithin('mq.example.org', 5671), 'any');
  assert.equal(policy.permits('other.example.net', 443).verdict, 'permitted');
  assert.equal(policy.namesWithin('other.example.net', 443), 'any');
});

test('its own container and addresses are nothing that an entry could declare', () => {
  const record = recorder();
  for (const name of ['localhost', '10.0.0.9', '[2001:4860::8888]'])
    record.attempt(attemptOf({ ...connection, name, reason: 'x' }));
  assert.deepEqual(record.hosts(), []);
});
