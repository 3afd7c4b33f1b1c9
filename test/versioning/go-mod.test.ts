import assert from 'node:assert/strict';
import { test } from 'node:test';
import { moduleNotices, retractionOf } from '../../src/versioning/go-mod.ts';

const goMod = `// Deprecated: use example.com/other instead.
module example.com/server

go 1.25.0

// An unrelated remark.

// Published by mistake.
retract v1.0.1

retract (
	v1.2.0 // Leaks the token.
	// Do not
	// use these.
	[v1.3.0, v1.4.0]
)

require (
	example.com/retract v1.0.0 // retract v1.9.0
)
`;

test('retractions are read one by one, in blocks and as intervals, each with its comment', () => {
  const notices = moduleNotices(goMod);
  assert.deepEqual(notices.retractions, [
    { low: 'v1.0.1', high: 'v1.0.1', reason: 'Published by mistake.' },
    { low: 'v1.2.0', high: 'v1.2.0', reason: 'Leaks the token.' },
    { low: 'v1.3.0', high: 'v1.4.0', reason: 'Do not use these.' },
  ]);
  assert.equal(notices.deprecated, 'use example.com/other instead.');
});

test('an interval takes both its ends and what lies between, by the order of versions', () => {
  const notices = moduleNotices(goMod);
  for (const version of ['v1.3.0', 'v1.3.10', 'v1.4.0'])
    assert.equal(retractionOf(version, notices), 'Do not use these.');
  for (const version of ['v1.0.0', 'v1.10.0', 'v1.4.1', 'v1.9.0'])
    assert.equal(retractionOf(version, notices), undefined);
});

test('a go.mod without notices, or that is none, retracts nothing', () => {
  for (const text of [
    'module example.com/x\n',
    '',
    '<html>',
    'retract\nretract ()\nretract v1\nretract [v1.0.0,',
  ]) {
    const { retractions, deprecated } = moduleNotices(text);
    assert.deepEqual(retractions, []);
    assert.equal(deprecated, undefined);
  }
});
