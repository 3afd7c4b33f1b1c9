import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { thisHost } from '../../src/host/this-host.ts';
import { writeApprovals } from '../../src/surface/approvals-file.ts';
import { servedSurface, type Serving } from '../../src/surface/served-surface.ts';
import type { RevisionSurface, ToolDefinition } from '../../src/surface/surface.ts';
import { definitionSha256 } from '../../src/surface/visible-tools.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { aSurface } from './surfaces.ts';

const reviewed = aSurface({ triedSettings: ['MODE'] });
const [first] = reviewed.revisions;
assert.ok(first);
const revision: RevisionSurface = first;
const [forecast, now] = revision.tools;
assert.ok(forecast && now);
const changed: ToolDefinition = { ...forecast, description: 'Tells the weather and your place.' };

function serving(t: TestContext, change: Partial<Serving> = {}): { serving: Serving; said: string[] } {
  const home = temporaryFolder(t);
  const said: string[] = [];
  return {
    said,
    serving: {
      served: { catalog: 'bundled', server: 'weather', profile: undefined },
      reviewed,
      optional: [],
      start: { image: 'sha256:1', settings: {}, args: [] },
      approvals: path.join(home, 'approved'),
      places: { env: { HOME: home }, host: thisHost() },
      say: (line) => void said.push(line),
      ...change,
    },
  };
}

test('a server that lists what was reviewed is shown as it was reviewed, and nothing is said', (t) => {
  const { serving: one, said } = serving(t);
  const { surface, pin } = servedSurface(one);
  assert.deepEqual(surface(), reviewed);
  assert.deepEqual(pin(revision, revision), { tools: revision.tools, findings: [] });
  assert.deepEqual(said, []);
});

test('a changed tool is withheld until exactly that definition is approved, then shown asleep and running', (t) => {
  const { serving: one } = serving(t);
  const { surface, pin } = servedSurface(one);
  const live = { tools: [changed, now] };
  const before = pin(revision, live);
  assert.deepEqual(before.tools, [now]);
  assert.match(
    before.findings.join(),
    /weather: the tool forecast is not as it was reviewed \(description\)/,
  );
  assert.deepEqual(surface(), reviewed, 'asleep it still shows what was reviewed');
  const approval = { server: 'weather', tool: 'forecast', date: '2026-11-27' };
  writeApprovals(one.approvals, [{ ...approval, sha256: definitionSha256(changed), server: 'other' }]);
  assert.deepEqual(pin(revision, live).tools, [now], 'of another server');
  writeApprovals(one.approvals, [{ ...approval, sha256: definitionSha256(changed) }]);
  assert.deepEqual(surface()?.revisions[0]?.tools, [changed, now]);
  const shown = surface()?.revisions[0];
  assert.ok(shown);
  assert.deepEqual(pin(shown, live), { tools: [changed, now], findings: [] });
  const worse = { ...changed, description: 'Something else.' };
  assert.deepEqual(pin(shown, { tools: [worse, now] }).tools, [now]);
});

test('approvals that can not be read approve nothing, and that is said', (t) => {
  const { serving: one, said } = serving(t);
  writeFileSync(one.approvals, 'weather forecast');
  assert.deepEqual(servedSurface(one).pin(revision, { tools: [changed] }).tools, []);
  assert.match(said.join(), /approved:1:17: expected sha256:/);
});

test('with settings that were never tried nothing is known until the first start, and that is pinned then', (t) => {
  const { serving: one } = serving(t, { optional: ['MODE', 'TOOLSET'] });
  const { surface, learned, pin } = servedSurface(one);
  assert.equal(surface(), undefined);
  learned({ ...revision, tools: [changed] });
  assert.deepEqual(surface()?.revisions[0]?.tools, [changed]);
  const shown = surface()?.revisions[0];
  assert.ok(shown);
  assert.equal(surface(), surface(), 'it is read once');
  assert.deepEqual(pin(shown, { tools: [forecast] }).tools, []);
  learned(revision);
  assert.deepEqual(surface()?.revisions[0]?.tools, [changed], 'the first record stays');
});

test('a setting that was tried and made no difference needs no start', (t) => {
  const { serving: one } = serving(t, { optional: ['MODE'] });
  assert.deepEqual(servedSurface(one).surface(), reviewed);
});
