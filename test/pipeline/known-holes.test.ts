import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closes, touches, type KnownHole } from '../../src/pipeline/known-holes.ts';
import { versioning } from '../../src/versioning/versioning.ts';

const hole = (vulnerable: string, patched: string, kind: KnownHole['kind'] = 'pypi'): KnownHole => ({
  kind,
  id: 'GHSA-0000-0000-0000',
  package: 'example',
  severity: 'high',
  summary: 'made up',
  vulnerable,
  patched,
});

// @renovatebot/pep440 5.0.1 by itself says of both that they touch nothing (findings/pep440-above-a-prerelease.sh).
test('a hole that a post-release closes, or that a pre-release opened, is seen in the release itself', () => {
  const closedLate = hole('< 1.0.post1', '1.0.post1');
  const openedEarly = hole('> 1.0rc1, < 1.2', '1.2');
  for (const each of [closedLate, openedEarly])
    assert.ok(touches(each, { rules: versioning.pypi, version: '1.0' }), each.vulnerable);
  assert.ok(closes(closedLate, { rules: versioning.pypi, version: '1.0.post1' }));
  assert.ok(!closes(closedLate, { rules: versioning.pypi, version: '1.0' }));
});

test('a hole is seen in pre-releases, pseudo-versions and local versions of what it touches', () => {
  const cases: readonly (readonly [KnownHole['kind'] & keyof typeof versioning, string, string, string])[] = [
    ['pypi', '< 2.0', '2.0rc1', '2.0.post1'],
    ['pypi', '<= 1.0', '1.0+cpu', '1.0.1'],
    ['npm', '>= 1.0.0, < 2.0.0', '2.0.0-rc.1', '2.0.0'],
    ['npm', '= 1.2.3', '1.2.3', '1.2.4'],
    ['go', '< 1.2.0', 'v1.1.1-0.20260101000000-abcdefabcdef', 'v1.2.0'],
    ['go', '< 0.0.0-20260201000000-abcdefabcdef', 'v0.0.0-20260101000000-abcdefabcdef', 'v0.1.0'],
  ];
  for (const [kind, vulnerable, inside, outside] of cases) {
    const known = hole(vulnerable, '9.0.0', kind);
    assert.ok(touches(known, { rules: versioning[kind], version: inside }), `${inside} in ${vulnerable}`);
    assert.ok(!touches(known, { rules: versioning[kind], version: outside }), `${outside} in ${vulnerable}`);
  }
});

test('a range that cannot be read touches, rather than hiding a hole', () => {
  assert.ok(touches(hole('before 2.0', '2.0'), { rules: versioning.pypi, version: '1.0' }));
});
