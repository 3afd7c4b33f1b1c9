import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Hole } from '../../src/advisories/holes.ts';
import { exceptionFor, parseVex } from '../../src/advisories/vex.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import { vexText } from '../rig/vex.ts';

const statement = {
  vulnerability: { name: 'CVE-2026-1' },
  products: [{ '@id': 'pkg:npm/left-pad' }],
  status: 'not_affected',
  justification: 'vulnerable_code_not_in_execute_path',
  impact_statement: 'It pads on the right alone.',
  status_notes: 'until 2027-03-01',
};
const hole: Hole = {
  id: 'GHSA-1',
  aliases: ['CVE-2026-1'],
  summary: '',
  severity: 'high',
  ecosystem: 'npm',
  name: 'left-pad',
  version: '1.0.0',
  ref: 'pkg:npm/left-pad@1.0.0',
  fixed: '2.0.0',
  published: undefined,
};
const exception = (change: object, today = '2026-11-27', of = hole): string | undefined =>
  exceptionFor(of, parseVex(vexText([{ ...statement, ...change }]), 'vex.json'), today)?.state;

test('an exception holds by any name of the hole, to the end of its last day', () => {
  assert.equal(exception({}), 'holds');
  assert.equal(exception({}, '2027-03-01'), 'holds');
  assert.equal(exception({}, '2027-03-02'), 'expired');
});

test('an exception is for its package, and for its version where it names one', () => {
  assert.equal(exception({ products: [{ '@id': 'pkg:npm/left-pad@1.0.0' }] }), 'holds');
  assert.equal(exception({ products: [{ '@id': 'pkg:npm/left-pad@1.0.1' }] }), undefined);
  assert.equal(exception({ products: [{ '@id': 'pkg:npm/left' }] }), undefined);
  assert.equal(exception({ vulnerability: { name: 'CVE-2026-2' } }), undefined);
  const scoped = { ...hole, ref: 'pkg:npm/%40scope/left@1.0.0' };
  assert.equal(exception({ products: [{ '@id': 'pkg:npm/%40scope/left' }] }, '2026-11-27', scoped), 'holds');
  // Other tools write a plus as %2B and the scope without %40.
  const plus = { ...hole, ref: 'pkg:deb/debian/gcc@14+b1?arch=amd64' };
  const encoded = [{ '@id': 'pkg:deb/debian/gcc@14%2Bb1' }];
  assert.equal(exception({ products: encoded }, '2026-11-27', plus), 'holds');
  assert.equal(exception({ products: [{ '@id': 'pkg:npm/@scope/left' }] }, '2026-11-27', scoped), 'holds');
  assert.equal(exception({ products: [{ '@id': 'pkg:npm%2Fleft-pad' }] }), undefined);
  const deb = { ...hole, ref: 'pkg:deb/debian/libc6@2.41-12?arch=amd64&distro=debian-13' };
  assert.equal(
    exception({ products: [{ '@id': 'pkg:deb/debian/libc6@2.41-12' }] }, '2026-11-27', deb),
    'holds',
  );
});

test('a statement that somebody is affected, or looks into it, excuses nothing', () => {
  for (const status of ['affected', 'under_investigation', 'fixed'])
    assert.equal(exception({ status, justification: undefined, status_notes: undefined }), undefined);
});

const refused: Readonly<Record<string, readonly [change: object, says: RegExp]>> = {
  'without a reason': [{ impact_statement: '  ' }, /impact_statement: expected the reason/],
  'without a justification': [{ justification: undefined }, /justification: expected one of/],
  'with a justification of its own': [{ justification: 'we_are_fine' }, /justification/],
  'without an end': [{ status_notes: undefined }, /status_notes: expected "until/],
  'with an end that is no day': [{ status_notes: 'until 2027-13-45' }, /status_notes: expected "until/],
  'for nothing': [{ products: [] }, /products/],
  'for everything': [{ products: [{ '@id': '*' }] }, /expected a package URL/],
};
for (const [title, [change, says]] of Object.entries(refused))
  test(`an exception ${title} makes the file invalid`, () => {
    assert.throws(
      () => parseVex(vexText([{ ...statement, ...change }]), 'vex.json'),
      (error) => {
        assert.ok(error instanceof McpcatError);
        assert.equal(error.code, 'entry-invalid');
        assert.match(error.detail.join('\n'), says);
        return true;
      },
    );
  });

test('what is no JSON, or no OpenVEX, is said', () => {
  for (const text of ['{', '{}'])
    assert.throws(
      () => parseVex(text, 'vex.json'),
      (error) => error instanceof McpcatError && error.code === 'entry-invalid',
    );
});
