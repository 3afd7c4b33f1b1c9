import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { thisHost } from '../../src/host/this-host.ts';
import { originOf } from '../../src/surface/late-lists.ts';
import { holdsFor, readOwnSurface, recordOwnSurface, type OwnStart } from '../../src/surface/own-surface.ts';
import { keepSeen, readSeen } from '../../src/surface/seen-surface.ts';
import type { RevisionSurface } from '../../src/surface/surface.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { aSurface } from './surfaces.ts';

type Places = Parameters<typeof readOwnSurface>[1];

function home(t: TestContext): { places: Places; folder: string } {
  const folder = temporaryFolder(t);
  const data = path.join(folder, '.local', 'share', 'mcpcat', 'surfaces');
  return { places: { env: { HOME: folder }, host: thisHost() }, folder: data };
}

const start: OwnStart = {
  image: `sha256:${'1'.repeat(64)}`,
  settings: { API_KEY: 'very-secret-value', MODE: 'all' },
  args: ['--all'],
};
const [revision] = aSurface().revisions;
assert.ok(revision);
const known: RevisionSurface = revision;

test('what a server offers with the user’s settings is kept for that image and those settings alone', (t) => {
  const { places } = home(t);
  assert.equal(readOwnSurface(start, places), undefined);
  const recorded = recordOwnSurface(start, known, places);
  assert.deepEqual(recorded.revisions, [known]);
  assert.deepEqual(readOwnSurface(start, places), recorded);
  const reordered = { ...start, settings: { MODE: 'all', API_KEY: 'very-secret-value' } };
  assert.deepEqual(readOwnSurface(reordered, places), recorded);
  for (const other of [
    { ...start, image: `sha256:${'2'.repeat(64)}` },
    { ...start, settings: { ...start.settings, MODE: 'few' } },
    { ...start, settings: { ...start.settings, MORE: '' } },
    { ...start, args: [] },
  ])
    assert.equal(readOwnSurface(other, places), undefined);
});

test('what is read tells its lists apart from every other, the same in every process', (t) => {
  const { places } = home(t);
  const originNow = (of: OwnStart): string | undefined => {
    const [read] = readOwnSurface(of, places)?.revisions ?? [];
    assert.ok(read !== undefined);
    return originOf(read);
  };
  recordOwnSurface(start, known, places);
  const other = { ...start, args: [] };
  recordOwnSurface(other, { ...known, tools: [] }, places);
  assert.match(originNow(start) ?? '', /^[0-9a-f]{64} 0$/);
  assert.equal(originNow(start), originNow(start));
  assert.notEqual(originNow(start), originNow(other));
});

test('the first record of a revision stays; another revision is added', (t) => {
  const { places } = home(t);
  const recorded = recordOwnSurface(start, known, places);
  const changed = { ...known, instructions: 'Do something else.' };
  assert.deepEqual(recordOwnSurface(start, changed, places), recorded);
  const modern = { ...changed, protocolVersion: '2026-07-28' };
  assert.deepEqual(
    recordOwnSurface(start, modern, places).revisions.map((one) => [one.protocolVersion, one.instructions]),
    [
      ['2026-07-28', 'Do something else.'],
      ['2025-11-25', undefined],
    ],
  );
});

test('no value stands in any file or name, and nobody else may read them', (t) => {
  const { places, folder } = home(t);
  recordOwnSurface(start, known, places);
  const files = readdirSync(folder);
  assert.equal(files.length, 2, files.join(', '));
  for (const name of files) {
    const file = path.join(folder, name);
    assert.ok(!`${name}${readFileSync(file, 'utf8')}`.includes('very-secret'), name);
    assert.equal(statSync(file).mode & 0o777, 0o600);
  }
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  const other = home(t);
  recordOwnSurface(start, known, other.places);
  assert.notDeepEqual(readdirSync(other.folder).toSorted(), files.toSorted(), 'the key is each user’s own');
});

test('a damaged record or key is said with its file, never taken for none', (t) => {
  const { places, folder } = home(t);
  recordOwnSurface(start, known, places);
  const [name = ''] = readdirSync(folder).filter((file) => file.endsWith('.json'));
  const file = path.join(folder, name);
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace('Tells the weather', 'Sends mail').replace('{', '{ '),
  );
  assert.throws(() => readOwnSurface(start, places), { code: 'entry-invalid', message: /:1:2: / });
  assert.throws(() => recordOwnSurface(start, known, places), { code: 'entry-invalid' });
  writeFileSync(path.join(folder, 'key'), 'short');
  assert.throws(() => readOwnSurface(start, places), { code: 'io-failed', message: /expected a key/ });
});

test('two tools of one name are recorded once', (t) => {
  const { places } = home(t);
  const [tool] = known.tools;
  assert.ok(tool);
  const doubled = { ...known, tools: [...known.tools, { ...tool, description: 'Another' }] };
  assert.deepEqual(recordOwnSurface(start, doubled, places).revisions[0]?.tools, known.tools);
});

test('the reviewed surface holds for settings that were tried and made no difference', () => {
  const tried = aSurface({ triedSettings: ['MODE'] });
  assert.equal(holdsFor(tried, []), true);
  assert.equal(holdsFor(tried, ['MODE']), true);
  assert.equal(holdsFor(tried, ['MODE', 'OTHER']), false);
  const depends = aSurface({ dependsOn: 'settings', triedSettings: ['MODE'] });
  assert.equal(holdsFor(depends, []), true);
  assert.equal(holdsFor(depends, ['MODE']), false);
});

test('what a server listed last is kept for each profile and revision; damage is forgotten', (t) => {
  const { places, folder } = home(t);
  const served = { catalog: 'bundled', server: 'weather', profile: undefined };
  assert.equal(readSeen(served, places), undefined);
  const keep = (live: RevisionSurface, recorded = known): void =>
    keepSeen(served, { recorded, live }, places);
  keep(known);
  keep({ ...known, instructions: 'New.' });
  const modern = { ...known, protocolVersion: '2026-07-28' };
  keep({ ...modern, instructions: 'Newer.' }, modern);
  const seen = readSeen(served, places);
  assert.deepEqual(
    [seen?.live, seen?.recorded].map((of) => of?.map((one) => [one.protocolVersion, one.instructions])),
    [
      [
        ['2026-07-28', 'Newer.'],
        ['2025-11-25', 'New.'],
      ],
      [
        ['2026-07-28', undefined],
        ['2025-11-25', undefined],
      ],
    ],
  );
  assert.equal(readSeen({ ...served, profile: 'work' }, places), undefined);
  assert.equal(readSeen({ ...served, catalog: 'other' }, places), undefined);
  const all = path.join(folder, 'seen');
  const [catalog = ''] = readdirSync(all);
  writeFileSync(path.join(all, catalog, 'weather.live.json'), '{}');
  assert.equal(readSeen(served, places), undefined);
});
