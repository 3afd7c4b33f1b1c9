import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPseudoVersion } from '../../src/versioning/go.ts';
import { versioning, type Ecosystem } from '../../src/versioning/versioning.ts';

/** Oldest first. */
const orders: Readonly<Record<Ecosystem, readonly string[]>> = {
  npm: [
    '1.0.0-alpha',
    '1.0.0-alpha.2',
    '1.0.0-alpha.10',
    '1.0.0-rc.1',
    '1.0.0',
    '1.2.0',
    '1.10.0',
    '2026.8.31',
  ],
  pypi: ['1.0.dev1', '1.0a1', '1.0b2', '1.0rc1', '1.0', '1.0.post1', '1.2', '1.10', '2026.10.19', '1!0.1'],
  go: [
    'v0.0.0-20250101000000-abcdefabcdef',
    'v0.0.0-20260101000000-aaaaaaaaaaaa',
    'v1.0.0-rc.1',
    'v1.0.0',
    'v1.0.1-0.20260101000000-abcdefabcdef',
    'v1.0.1',
    'v1.10.0',
    'v2.0.0+incompatible',
  ],
};

for (const [ecosystem, order] of Object.entries(orders) as [Ecosystem, readonly string[]][]) {
  test(`${ecosystem} versions come in the order of their rules`, () => {
    const { compare, isVersion } = versioning[ecosystem];
    for (const version of order) assert.ok(isVersion(version), version);
    assert.deepEqual(order.toReversed().toSorted(compare), order);
  });
}

test('what is no version is none, comes first and lies in no range', () => {
  for (const rules of Object.values(versioning)) {
    for (const text of ['', 'latest', '1..2', 'v', '../..', '1.0; rm -rf']) {
      assert.equal(rules.isVersion(text), false, text);
      assert.equal(rules.isStable(text), false);
      assert.ok(rules.compare(text, rules === versioning.go ? 'v0.0.1' : '0.0.1') < 0);
      assert.equal(rules.satisfies(text, '>=0.0.0'), false);
    }
    assert.equal(rules.compare('x', 'y'), 0);
  }
  assert.equal(versioning.go.isVersion('1.0.0'), false);
});

test('pre-releases, development snapshots and pseudo-versions are not finished', () => {
  const unfinished: Readonly<Record<Ecosystem, readonly string[]>> = {
    npm: ['1.0.0-rc.1', '0.0.1-security'],
    pypi: ['1.0a1', '1.0rc1', '1.0.dev3', '1.0.post1.dev2'],
    go: ['v1.0.0-rc.1', 'v0.0.0-20260101000000-abcdefabcdef'],
  };
  for (const [ecosystem, versions] of Object.entries(unfinished) as [Ecosystem, readonly string[]][])
    for (const version of versions) assert.equal(versioning[ecosystem].isStable(version), false, version);
  assert.ok(versioning.npm.isStable('1.0.0+build.5'));
  assert.ok(versioning.pypi.isStable('1.0.post1'));
  assert.ok(versioning.go.isStable('v2.0.0+incompatible'));
});

test('a range takes its releases, and pre-releases only if it names one', () => {
  const cases: readonly (readonly [Ecosystem, string, readonly string[], readonly string[]])[] = [
    ['npm', '^1.2.0', ['1.2.0', '1.9.9'], ['1.1.0', '2.0.0', '1.3.0-rc.1']],
    ['npm', '>=1.0.0-0 <2', ['1.0.0-rc.1', '1.5.0'], ['2.0.0']],
    ['npm', '1.x || 3', ['1.2.3', '3.1.0'], ['2.0.0']],
    ['pypi', '~=1.4', ['1.4', '1.9'], ['2.0', '1.3', '1.5a1']],
    ['pypi', '>=1.0,<2', ['1.0', '1.9.post1'], ['2.0', '2.0a1', '1.5rc1']],
    ['pypi', '>=1.0a1', ['1.0a1', '2.0rc1', '3'], ['0.9']],
    ['pypi', '==1.*', ['1.0', '1.7.3'], ['2.0']],
    ['pypi', '1.2', ['1.2', '1.2.0'], ['1.2.1']],
    ['go', 'v1.2.3', ['v1.2.3'], ['v1.2.4', 'v1.2.3-rc.1']],
    ['go', '1.2.3', ['v1.2.3'], ['v1.2.2']],
    ['go', 'v2.0.0', ['v2.0.0+incompatible'], ['v2.0.1+incompatible']],
    ['go', '>=1.2.0', ['v1.3.0'], ['v1.1.0', 'v1.4.0-rc.1']],
  ];
  for (const [ecosystem, range, inside, outside] of cases) {
    const rules = versioning[ecosystem];
    assert.ok(rules.isRange(range), range);
    for (const version of inside) assert.ok(rules.satisfies(version, range), `${version} in ${range}`);
    for (const version of outside) assert.ok(!rules.satisfies(version, range), `${version} not in ${range}`);
  }
});

// The answers of PyPI's packaging 26.4 (findings/pep440-above-a-prerelease.sh); @renovatebot/pep440 5.0.1 has others.
test('a Python release lies above its own pre-releases and below its post-releases', () => {
  const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['>1.0rc1', ['1.0', '1.0.post1', '1.0rc2', '2'], ['1.0rc1', '1.0rc1.post1', '1.0b1']],
    ['>1.0.dev1', ['1.0a1', '1.0'], ['1.0.dev1']],
    ['>1.0', ['1.0.1', '1.1'], ['1.0.post1', '1.0+local', '1']],
    ['>1.0.post1', ['1.0.post2', '1.1'], ['1.0.post1', '1.0']],
    ['<1.0.post1', ['1.0', '0.9', '1.0+local'], ['1.0.post1', '1.0.post1+local']],
    ['<1.0rc1', ['1.0b1', '1.0.dev1', '0.9'], ['1.0rc1', '1.0']],
    ['<1.0', ['0.9', '0.9.post1'], ['1.0', '1.0rc1']],
    ['==1.0.*', ['1', '1.0.7'], ['1.1', '2']],
    ['!=1.0.*', ['1.1'], ['1', '1.0']],
    ['~=1.0.0', ['1', '1.0.3'], ['1.1']],
    ['===1.0', ['1.0'], ['1', '1.0+local']],
    ['>1!1.0rc1,<1!2', ['1!1.0', '1!1.9'], ['1.5', '1!2']],
  ];
  const { satisfies } = versioning.pypi;
  for (const [range, inside, outside] of cases) {
    for (const version of inside) assert.ok(satisfies(version, range), `${version} in ${range}`);
    for (const version of outside) assert.ok(!satisfies(version, range), `${version} not in ${range}`);
  }
});

test('one version is a pin, anything wider is not', () => {
  for (const pin of ['1.2.3', '1.2.3-rc.1']) assert.ok(versioning.npm.isExact(pin));
  for (const pin of ['1.2.3', '==1.2', '===1.2', '1!2.0']) assert.ok(versioning.pypi.isExact(pin));
  for (const pin of ['v1.2.3', '1.2.3']) assert.ok(versioning.go.isExact(pin));
  for (const rules of Object.values(versioning))
    for (const range of ['>=1.0.0', '^1', '1.*', '']) assert.equal(rules.isExact(range), false, range);
});

test('what is no range is said to be none', () => {
  assert.equal(versioning.npm.isRange('not a range'), false);
  assert.equal(versioning.pypi.isRange('^1.0'), false);
  assert.equal(versioning.pypi.satisfies('1.0', '^1.0'), false);
});

test('a pseudo-version is told from a tag', () => {
  assert.ok(isPseudoVersion('v0.0.0-20260101000000-abcdefabcdef'));
  assert.ok(isPseudoVersion('v1.2.4-0.20260101000000-abcdefabcdef'));
  assert.ok(isPseudoVersion('v2.0.1-rc.1.0.20260101000000-abcdefabcdef'));
  for (const version of ['v1.0.0', 'v1.0.0-rc.1', 'v1.0.0-20260101000000'])
    assert.ok(!isPseudoVersion(version));
});
