import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nonsenseOf, verdictOf } from '../../src/advisories/affected.ts';
import type { Ecosystem } from '../../src/advisories/identity.ts';
import type { OsvEvent } from '../../src/advisories/osv-record.ts';

function verdict(ecosystem: Ecosystem, version: string, events: readonly OsvEvent[]): string | boolean {
  const affected = { ranges: [{ type: 'ECOSYSTEM' as const, events: [...events] }] };
  assert.equal(nonsenseOf(affected, ecosystem), undefined);
  const found = verdictOf(affected, { ecosystem, name: 'any', version });
  return found.affected ? (found.fixed ?? true) : false;
}

test('a version is affected from introduced on until it is fixed, and the fix is named', () => {
  const events = [{ introduced: '1.2.0' }, { fixed: '1.4.1' }];
  assert.deepEqual(
    ['1.1.9', '1.2.0', '1.4.0', '1.4.1', '2.0.0'].map((version) => verdict('npm', version, events)),
    [false, '1.4.1', '1.4.1', false, false],
  );
});

test('a record of several branches names the fix of the branch, in whatever order its events stand', () => {
  const events = [{ fixed: '2.3.0' }, { introduced: '2.0.0' }, { fixed: '1.4.1' }, { introduced: '0' }];
  assert.deepEqual(
    ['1.0.0', '1.5.0', '2.2.9', '2.3.0'].map((version) => verdict('npm', version, events)),
    ['1.4.1', false, '2.3.0', false],
  );
});

test('the last affected version is affected, and no fix is made up', () => {
  const events = [{ introduced: '0' }, { last_affected: '3.1.0' }];
  assert.deepEqual(
    ['3.1.0', '3.1.1'].map((version) => verdict('npm', version, events)),
    [true, false],
  );
});

test('nothing at or above a limit is affected', () => {
  const events = [{ introduced: '1.0.0' }, { limit: '2.0.0' }];
  assert.deepEqual(
    ['1.9.0', '2.0.0'].map((version) => verdict('npm', version, events)),
    [true, false],
  );
  assert.equal(verdict('npm', '9.0.0', [{ introduced: '0' }, { limit: '*' }]), true);
});

test('semver: a pre-release comes before its release, and build metadata does not count', () => {
  const events = [{ introduced: '0' }, { fixed: '1.0.0' }];
  assert.deepEqual(
    ['1.0.0-rc.1', '1.0.0+build'].map((version) => verdict('npm', version, events)),
    ['1.0.0', false],
  );
});

test('Go: with v, a pseudo-version lies between tags, +incompatible is no other version', () => {
  const events = [{ introduced: '0' }, { fixed: '0.0.0-20221011000000-000000000000' }];
  assert.equal(
    verdict('Go', 'v0.0.0-20210101000000-aaaaaaaaaaaa', events),
    '0.0.0-20221011000000-000000000000',
  );
  assert.equal(verdict('Go', 'v0.0.0-20231011000000-aaaaaaaaaaaa', events), false);
  assert.equal(verdict('Go', 'v2.0.0+incompatible', [{ introduced: '0' }, { fixed: '2.0.0' }]), false);
});

test('PyPI: epochs, post-releases and other spellings follow PEP 440', () => {
  const events = [{ introduced: '1.0' }, { fixed: '1.0.post1' }];
  assert.deepEqual(
    ['1.0rc1', '1.0.0', '1.0.post1', '1!0.1'].map((version) => verdict('PyPI', version, events)),
    [false, '1.0.post1', false, false],
  );
});

test('Debian: revisions, tildes and epochs follow deb-version', () => {
  const events = [{ introduced: '0' }, { fixed: '2.41-12+deb13u5' }];
  assert.deepEqual(
    ['2.41-12', '2.41-12+deb13u4', '2.41-12+deb13u5', '2.41-12+deb13u5~bpo1', '1:0.1-1'].map((version) =>
      verdict('Debian:13', version, events),
    ),
    ['2.41-12+deb13u5', '2.41-12+deb13u5', false, '2.41-12+deb13u5', false],
  );
});

test('a version in a list is affected without any range, however it is spelled', () => {
  const python = { versions: ['1.0', '2004d'] };
  assert.equal(nonsenseOf(python, 'PyPI'), undefined);
  const found = verdictOf(python, { ecosystem: 'PyPI', name: 'any', version: '1.0.0' });
  assert.deepEqual(found, { affected: true, fixed: undefined });
  assert.equal(verdictOf(python, { ecosystem: 'PyPI', name: 'any', version: '1.0.1' }).affected, false);
});

test('ranges of commits say nothing of a release', () => {
  const affected = {
    ranges: [
      { type: 'GIT' as const, events: [{ introduced: 'deadbeef' }] },
      { type: 'SEMVER' as const, events: [{ introduced: '2.0.0' }] },
    ],
  };
  assert.equal(nonsenseOf(affected, 'npm'), undefined);
  assert.equal(verdictOf(affected, { ecosystem: 'npm', name: 'any', version: '1.0.0' }).affected, false);
});

const nonsense: Readonly<Record<string, readonly [events: readonly OsvEvent[], says: RegExp]>> = {
  'a version that is none': [[{ introduced: '0' }, { fixed: 'banana' }], /"banana" is no version of npm/],
  'a range without a beginning': [[{ fixed: '1.0.0' }], /begins nowhere/],
  'a range with two ends': [
    [{ introduced: '0' }, { fixed: '1.0.0' }, { last_affected: '0.9.0' }],
    /ends twice/,
  ],
  'a version of a megabyte': [[{ introduced: '9'.repeat(1 << 20) }], /is no version/],
};
for (const [title, [events, says]] of Object.entries(nonsense))
  test(`${title} makes a record one that nobody can read`, () => {
    const affected = { ranges: [{ type: 'SEMVER' as const, events: [...events] }] };
    const reason = nonsenseOf(affected, 'npm') ?? '';
    assert.match(reason, says);
    assert.ok(reason.length < 200);
  });

test('neither ranges nor versions is no word about a version', () => {
  assert.match(nonsenseOf({}, 'npm') ?? '', /neither ranges nor versions/);
});
