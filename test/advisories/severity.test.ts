import assert from 'node:assert/strict';
import { test } from 'node:test';
import { baseScore, severityOf } from '../../src/advisories/severity.ts';

/** Examples of first.org and of NVD, with their published scores. */
const published: Readonly<Record<string, number>> = {
  'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H': 9.8,
  'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H': 10,
  'CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N': 6.1,
  'CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H': 7.8,
  'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:N/A:H': 5.9,
  'CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N': 6.4,
  'CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:N': 0,
};
for (const [vector, score] of Object.entries(published))
  test(`the base score of ${vector} is ${String(score)}`, () => {
    assert.equal(baseScore(vector), score);
  });

test('what is no vector of CVSS 3 has no score', () => {
  for (const text of ['', 'CVSS:4.0/AV:N', 'CVSS:3.1/AV:N', 'CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'])
    assert.equal(baseScore(text), undefined);
});

test('the database’s own word goes first, then the score; without either it is unknown', () => {
  const record = {
    id: 'X',
    severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }],
  };
  assert.equal(severityOf({ ...record, database_specific: { severity: 'MODERATE' } }, {}), 'medium');
  assert.equal(severityOf(record, {}), 'critical');
  assert.equal(severityOf({ id: 'X' }, {}), 'unknown');
  assert.equal(severityOf({ id: 'X' }, { ecosystem_specific: { urgency: 'unimportant' } }), 'low');
});
