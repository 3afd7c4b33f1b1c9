import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareVersions } from '../../src/debian/compare-versions.ts';

/** Each older than the next; checked with `dpkg --compare-versions` of Debian 13. */
const ascending = [
  '0~~',
  '0~~a',
  '0~',
  '0',
  '0-1~bpo1',
  '0-1',
  '0a',
  '0+dfsg',
  '0.0.1',
  '1.0~rc1-1',
  '1.0-1',
  '1.0-1+deb13u1',
  '1.0-1+deb13u2',
  '1.0-1+deb13u10',
  '1.0-2',
  '1.0a-1',
  '1.0.1-1',
  '1.2-3-1',
  '1.10-1',
  '20250419+deb13u1',
  '20261121091544000000001',
  '1:0.1',
  '2:0.0~1',
];

test('Debian versions are ordered as dpkg orders them', () => {
  for (const [index, version] of ascending.entries()) {
    assert.equal(compareVersions(version, version), 0, version);
    for (const later of ascending.slice(index + 1)) {
      assert.ok(compareVersions(version, later) < 0, `${version} before ${later}`);
      assert.ok(compareVersions(later, version) > 0, `${later} after ${version}`);
    }
  }
});

test('leading zeros and a missing revision make no difference', () => {
  assert.equal(compareVersions('1.01', '1.1'), 0);
  assert.equal(compareVersions('0:1.0', '1.0'), 0);
  assert.equal(compareVersions('1.0', '1.0-0'), 0);
});
