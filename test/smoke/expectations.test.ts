import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rulesOf } from '../../src/egress/rules.ts';
import { declaredAndNoMore } from '../../src/smoke/checks/permissions.ts';
import { expectationsOf, isMet, type Expectation } from '../../src/smoke/expectations.ts';
import type { Observation, Probed } from '../../src/smoke/observation.ts';
import type { Answer } from '../../src/engine/probe-answers.ts';
import { entryOf, probeSandbox } from '../rig/probe.ts';

const targets = (found: readonly Expectation[], what: string, expected: string): string[] =>
  found
    .filter(({ attempt, expected: wanted }) => attempt.what === what && wanted === expected)
    .map(({ attempt }) => attempt.target);
const withHosts = (network: readonly string[]): Expectation[] =>
  expectationsOf({ ...probeSandbox(entryOf()), network: rulesOf({ declared: network, settings: {} }) });

test('every declared host and port has to answer, with an example for wildcards', () => {
  const found = withHosts(['a.example.com', 'a.example.com:5432', '*.b.example.com', '*:8443']);
  assert.deepEqual(targets(found, 'talk', 'greeting'), [
    'a.example.com 443',
    'a.example.com 5432',
    'mcpcat-probe.b.example.com 443',
    'mcpcat-probe.example.com 8443',
  ]);
});

test('names near the declared ones and a tunnel must not exist, unless a wildcard covers them', () => {
  const near = 'mcpcat-probe.a.example.com';
  const exact = targets(withHosts(['a.example.com']), 'name', 'no');
  assert.ok(exact.includes(near) && exact.includes('host.mcpcat.internal'), exact.join());
  assert.ok(exact.some((name) => name.length > 100));
  assert.ok(!targets(withHosts(['a.example.com', '*.a.example.com']), 'name', 'no').includes(near));
  assert.deepEqual(targets(withHosts(['*']), 'name', 'no'), []);
});

test('a port of one host must not be open for another', () => {
  const found = targets(withHosts(['a.example.com', 'b.example.com:8443']), 'talk', 'no');
  assert.ok(found.includes('a.example.com 8443') && found.includes('b.example.com 443'), found.join());
});

test('without network nothing is asked of a resolver, and no route is expected to anywhere', () => {
  const found = withHosts([]);
  assert.deepEqual(targets(found, 'name', 'no'), []);
  for (const address of ['169.254.169.254', '192.0.2.1', '172.17.0.1', '2001:db8::1'])
    assert.ok(targets(found, 'route', 'no').includes(address), address);
});

test('no probe goes to an address that could answer: only documentation, private and special ones', () => {
  const special =
    /^(192\.0\.2\.|203\.0\.113\.|2001:db8::|169\.254\.|100\.100\.100\.200|172\.17\.|10\.|192\.168\.|fd00:|224\.)/;
  for (const address of targets(withHosts(['a.example.com']), 'route', 'no')) assert.match(address, special);
});

test('declared folders are expected to be writable and no others', () => {
  const found = expectationsOf(
    probeSandbox(entryOf({ permissions: { writable: ['/tmp', '/home/mcpcat'] } })),
  );
  assert.deepEqual(targets(found, 'write', 'ok'), ['/tmp', '/home/mcpcat']);
  const closed = targets(found, 'write', 'no');
  assert.ok(
    ['/', '/app', '/etc', '/dev/shm'].every((folder) => closed.includes(folder)),
    closed.join(),
  );
  assert.ok(!closed.includes('/tmp') && !closed.includes('/home/mcpcat'));
});

const answer = (verdict: Answer['verdict'], detail = ''): Answer => ({ verdict, detail, items: [] });
const expectation = (expected: Expectation['expected']): Expectation => ({
  attempt: { what: 'talk', target: 'x 1' },
  expected,
  says: 'a thing',
});

test('an attempt without an answer proves nothing, whatever was expected', () => {
  for (const expected of ['ok', 'no', 'absent', 'greeting'] as const)
    assert.equal(isMet(expectation(expected), answer('unknown'), 'hello'), false);
});

test('only the greeting of this very sinkhole counts as the declared host', () => {
  assert.equal(isMet(expectation('greeting'), answer('ok', 'hello'), 'hello'), true);
  assert.equal(isMet(expectation('greeting'), answer('ok', 'hello of another'), 'hello'), false);
  assert.equal(isMet(expectation('absent'), answer('no', 'Permission denied'), ''), false);
});

function kindsOf(probed: Probed | undefined): string[] {
  return declaredAndNoMore({ probed } as Observation).map(({ kind }) => kind);
}

test('each way in which a sandbox can be wrong is a finding of its own', () => {
  const results = (expected: Expectation['expected'], given: Answer): Probed => ({
    greeting: 'hello',
    results: [{ expectation: expectation(expected), answer: given }],
  });
  assert.deepEqual(kindsOf(results('no', answer('ok'))), ['sandbox-leaks']);
  assert.deepEqual(kindsOf(results('no', answer('no'))), []);
  assert.deepEqual(kindsOf(results('ok', answer('no', 'Permission denied'))), ['declared-but-closed']);
  assert.deepEqual(kindsOf({ results: [], greeting: '', failure: 'no such program' }), ['not-probed']);
  assert.deepEqual(kindsOf(undefined), []);
});
