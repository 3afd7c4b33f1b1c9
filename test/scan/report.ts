/** A scan of two servers of the catalog: a hole in one, an excepted one in the other, a record that nobody can read. */
import { gatherAdvisories } from '../../src/advisories/advisories.ts';
import type { RecordFile } from '../../src/advisories/record-files.ts';
import { parseVex } from '../../src/advisories/vex.ts';
import { scan, wantedKeys, type ScanReport } from '../../src/scan/scan.ts';
import { catalogInventory } from '../rig/inventory.ts';
import { vexText } from '../rig/vex.ts';

const range = (fixed: string): object[] => [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }];
const records = [
  {
    id: 'GHSA-hono',
    modified: '2026-11-20T00:00:00Z',
    database_specific: { severity: 'HIGH' },
    affected: [{ package: { ecosystem: 'npm', name: 'hono' }, ranges: range('999.0.0') }],
  },
  {
    id: 'PYSEC-anyio',
    affected: [{ package: { ecosystem: 'PyPI', name: 'anyio' }, ranges: range('999.0') }],
  },
];
const vex = parseVex(
  vexText([
    {
      vulnerability: { name: 'PYSEC-anyio' },
      products: [{ '@id': 'pkg:pypi/anyio' }],
      status: 'not_affected',
      justification: 'vulnerable_code_not_present',
      impact_statement: 'Nothing of it is called.',
      status_notes: 'until 2026-12-31',
    },
  ]),
  'vex.json',
);

async function* files(): AsyncGenerator<RecordFile> {
  await Promise.resolve();
  for (const record of records) yield { name: `${record.id}.json`, text: JSON.stringify(record) };
  yield { name: 'broken.json', text: '{' };
}

export async function report(): Promise<ScanReport> {
  const servers = [
    { inventory: await catalogInventory('everything'), vex: undefined },
    { inventory: await catalogInventory('time'), vex },
  ];
  const wanted = wantedKeys(servers.map(({ inventory }) => inventory));
  const advisories = await gatherAdvisories(files(), wanted);
  return scan(servers, { advisories, sources: ['records'], today: '2026-11-27' });
}
