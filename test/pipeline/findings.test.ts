import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { McpcatError } from '../../src/lib/errors.ts';
import { failureFinding } from '../../src/pipeline/failure-finding.ts';
import { closes, touches, type KnownHole } from '../../src/pipeline/known-holes.ts';
import { sameLicense } from '../../src/pipeline/licenses.ts';
import { runtimeFindings } from '../../src/pipeline/runtime-fit.ts';
import { excused, holdsBack, updateFinding, updateFindingKinds } from '../../src/pipeline/update-findings.ts';
import { versioning } from '../../src/versioning/versioning.ts';
import { project } from '../rig/engine.ts';

test('licences are the same if one choice is; added terms are never', () => {
  const same = [
    ['MIT', 'mit'],
    ['MIT', 'MIT License'],
    ['Apache-2.0', 'Apache License, Version 2.0'],
    ['MIT', 'MIT OR Apache-2.0'],
    ['(MIT OR GPL-3.0)', 'GPL-3.0'],
  ] as const;
  const different = [
    ['MIT', 'ISC'],
    ['MIT', 'MIT AND Commons-Clause'],
    ['GPL-2.0', 'GPL-3.0'],
    ['Apache-2.0', 'BUSL-1.1'],
    ['GPL-3.0', 'GPL-3.0 WITH Classpath-exception-2.0'],
  ] as const;
  for (const [a, b] of same) assert.ok(sameLicense(a, b) && sameLicense(b, a), `${a} is ${b}`);
  for (const [a, b] of different) assert.ok(!sameLicense(a, b) && !sameLicense(b, a), `${a} is not ${b}`);
});

test('an advisory touches and is closed by the versions of its ecosystem', () => {
  const hole = (kind: KnownHole['kind'], vulnerable: string, patched?: string): KnownHole => ({
    ...{ id: 'GHSA', summary: '', severity: 'high', package: 'x' },
    ...{ kind, vulnerable, patched },
  });
  const cases = [
    ['npm', '>= 1.0.0, < 1.2.0', '1.2.0', '1.1.0', '1.2.0'],
    ['pypi', '>= 1.0, < 1.2', '1.2', '1.1.post1', '1.2.1'],
    ['go', '< 1.2.0', '1.2.0', 'v1.1.0', 'v1.2.0'],
  ] as const;
  for (const [kind, vulnerable, patched, inside, outside] of cases) {
    const rules = versioning[kind];
    const known = hole(kind, vulnerable, patched);
    assert.ok(touches(known, { rules, version: inside }));
    assert.ok(!touches(known, { rules, version: outside }));
    assert.ok(closes(known, { rules, version: outside }));
    assert.ok(!closes(known, { rules, version: inside }));
    assert.ok(!closes(hole(kind, vulnerable), { rules, version: outside }), 'no release closes it');
  }
  // An earlier release outside the range closes nothing.
  assert.ok(!closes(hole('npm', '>= 1.0.0, < 1.2.0', '1.2.0'), { rules: versioning.npm, version: '0.9.0' }));
});

test('a release that asks for more than the base has is said, whatever the runtime', async () => {
  const place = { templates: path.join(project, 'templates'), platform: 'linux/amd64' };
  const common = {
    lockVersion: 1,
    source: 'x',
    version: '1.0.0',
    bin: {},
    scripts: [],
    artifacts: [],
  } as const;
  const cases = [
    ['node', '>=99', '>=20'],
    ['node', '^99.0.0', '>=18 || 99'],
    ['python', '>=3.99', '>=3.10,<4'],
    ['go', '1.999', '1.24.1'],
  ] as const;
  for (const [runtime, high, fine] of cases) {
    const found = await runtimeFindings(
      { ...common, artifacts: [], scripts: [], runtime, requires: high },
      place,
    );
    assert.deepEqual(
      found.map(({ kind }) => kind),
      ['needs-newer-runtime'],
      `${runtime} ${high}`,
    );
    for (const requires of [fine, 'nonsense !', ''])
      if (runtime !== 'go' || requires === fine)
        assert.deepEqual(
          await runtimeFindings({ ...common, artifacts: [], scripts: [], runtime, requires }, place),
          [],
        );
  }
});

test('a failure of the release is a finding with the last lines of its log; an outage is thrown', () => {
  const detail = Array.from({ length: 50 }, (_, index) => `line ${String(index)}`);
  const finding = failureFinding(new McpcatError('build-failed', 'it failed', { detail }));
  assert.equal(finding.kind, 'build-failed');
  assert.deepEqual([finding.evidence?.length, finding.evidence?.at(-1)], [20, 'line 49']);
  for (const code of [
    'upstream-unavailable',
    'engine-gone',
    'disk-full',
    'cancelled',
    'base-missing',
  ] as const)
    assert.throws(() => failureFinding(new McpcatError(code, 'x')), { code });
  assert.throws(() => failureFinding(new TypeError('a bug')), TypeError);
});

test('an exception of the entry lets a release pass, with its reason', () => {
  const findings = [updateFinding('license-changed', 'x')];
  assert.ok(holdsBack(findings));
  const excusedOnes = excused(findings, [{ finding: 'license-changed', reason: 'bought' }]);
  assert.ok(!holdsBack(excusedOnes));
  assert.deepEqual(
    excusedOnes.map(({ severity, excused: reason }) => [severity, reason]),
    [['info', 'bought']],
  );
});

test('docs/updates.md explains every kind of finding', () => {
  const text = readFileSync(path.join(project, 'docs/updates.md'), 'utf8');
  const explained = [...text.matchAll(/^### `([a-z-]+)`/gm)].map((match) => match[1] ?? '');
  assert.deepEqual(
    explained.toSorted((a, b) => (a < b ? -1 : 1)),
    Object.keys(updateFindingKinds).sort(),
  );
});
