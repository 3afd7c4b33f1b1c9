import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gatherAdvisories, type Advisories } from '../../src/advisories/advisories.ts';
import { holesOf } from '../../src/advisories/holes.ts';
import type { RecordFile } from '../../src/advisories/record-files.ts';
import type { Component } from '../../src/inventory/component.ts';

async function* files(records: Readonly<Record<string, unknown>>): AsyncGenerator<RecordFile> {
  await Promise.resolve();
  for (const [name, record] of Object.entries(records))
    yield { name, text: typeof record === 'string' ? record : JSON.stringify(record) };
}

const left = (ecosystem: string, name: string, more: object = {}): object => ({
  affected: [
    {
      package: { ecosystem, name },
      ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '2.0.0' }] }],
    },
  ],
  modified: '2026-11-02T10:00:00Z',
  ...more,
});
const component: Component = {
  ref: 'pkg:npm/left-pad@1.0.0',
  kind: 'npm',
  name: 'left-pad',
  version: '1.0.0',
  purl: 'pkg:npm/left-pad@1.0.0',
  hashes: [],
  places: [],
  dependsOn: [],
};
const gather = (records: Readonly<Record<string, unknown>>): Promise<Advisories> =>
  gatherAdvisories(files(records), new Set(['npm left-pad']));

test('a hole that three databases know is one, with all its names and the worst word for it', async () => {
  const advisories = await gather({
    'a.json': { id: 'OSV-1', aliases: ['CVE-2026-1'], ...left('npm', 'left-pad') },
    'b.json': {
      id: 'GHSA-1',
      aliases: ['CVE-2026-1'],
      summary: 'It pads.',
      database_specific: { severity: 'HIGH' },
      ...left('npm', 'left-pad'),
    },
    'c.json': { id: 'OTHER-1', ...left('npm', 'left-pad', { aliases: ['GHSA-1'] }) },
  });
  const holes = holesOf([component], advisories);
  assert.deepEqual(
    holes.map(({ id, aliases, severity, fixed, summary }) => ({ id, aliases, severity, fixed, summary })),
    [
      {
        id: 'GHSA-1',
        aliases: ['CVE-2026-1', 'OSV-1', 'OTHER-1'],
        severity: 'high',
        fixed: '2.0.0',
        summary: 'It pads.',
      },
    ],
  );
});

test('a record that was withdrawn, or of another package or ecosystem, is no hole; its ecosystem was asked all the same', async () => {
  const advisories = await gather({
    'a.json': { id: 'A', withdrawn: '2026-01-01T00:00:00Z', ...left('npm', 'left-pad') },
    'b.json': { id: 'B', ...left('npm', 'right-pad') },
    'c.json': { id: 'C', ...left('PyPI', 'left-pad') },
    'd.json': { id: 'D', ...left('crates.io', 'left-pad') },
  });
  assert.deepEqual(holesOf([component], advisories), []);
  assert.deepEqual(
    [...advisories.newest],
    [
      ['npm', '2026-11-02'],
      ['PyPI', '2026-11-02'],
    ],
  );
  assert.deepEqual([advisories.records, advisories.refused], [4, []]);
});

test('what is no record is refused by its name, also where nobody can tell whom it is about', async () => {
  const nonsense = left('npm', 'left-pad', {
    affected: [
      {
        package: { ecosystem: 'npm', name: 'left-pad' },
        ranges: [{ type: 'SEMVER', events: [{ introduced: '0', fixed: '1.0.0' }] }],
      },
    ],
  });
  const { refused, byPackage } = await gather({
    'broken.json': '{"id": "X", ',
    'list.json': [],
    'two-events-in-one.json': { id: 'Y', ...nonsense },
    'of-another.json': {
      id: 'Z',
      affected: [{ package: { ecosystem: 'npm', name: 'other' }, ranges: 'all' }],
    },
  });
  assert.equal(byPackage.size, 0);
  assert.deepEqual(
    refused.map(({ name }) => name),
    ['broken.json', 'list.json', 'two-events-in-one.json (Y)'],
  );
  assert.match(refused[2]?.reason ?? '', /ranges\.0\.events\.0: expected one of/);
});

test('more events than any record has are refused, not compared', async () => {
  const events = Array.from({ length: 20_000 }, (_, index) => ({ introduced: `1.0.${String(index)}` }));
  const { refused } = await gather({
    'huge.json': {
      id: 'H',
      affected: [{ package: { ecosystem: 'npm', name: 'left-pad' }, ranges: [{ type: 'SEMVER', events }] }],
    },
  });
  assert.equal(refused.length, 1);
});

test('a name of PyPI is found however it is spelled', async () => {
  const advisories = await gatherAdvisories(
    files({ 'a.json': { id: 'P', ...left('PyPI', 'Typing_Extensions') } }),
    new Set(['PyPI typing-extensions']),
  );
  const one: Component = { ...component, kind: 'pypi', name: 'typing.extensions', version: '1.0' };
  assert.equal(holesOf([one], advisories).length, 1);
});

test('the year 1, which the module of Go’s database has for every day, is no day', async () => {
  const { newest } = await gather({
    'a.json': { id: 'G', ...left('Go', 'example.com/x', { modified: '0001-01-01T00:00:00Z' }) },
  });
  assert.equal(newest.get('Go'), '');
});
