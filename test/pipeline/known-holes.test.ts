import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closes, touches, type KnownHole } from '../../src/pipeline/known-holes.ts';
import { versioning } from '../../src/versioning/versioning.ts';

const hole = (vulnerable: string, patched: string): KnownHole => ({
  kind: 'pypi',
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
