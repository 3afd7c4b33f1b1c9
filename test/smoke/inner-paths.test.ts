import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding } from '../../src/lib/finding.ts';
import { innerPaths } from '../../src/smoke/checks/paths.ts';
import type { SmokeReport } from '../../src/smoke/smoke-test.ts';
import { entryOf } from '../sandbox/fixtures.ts';
import { smokeRig } from './smoke-rig.ts';

const permissions = {
  writable: ['/tmp', '/cache.d'],
  mounts: [{ name: 'out', target: '/out', mode: 'rw', description: 'Results' }],
  state: [{ name: 'index', target: '/index', description: 'An index' }],
};

/** What the test says of a server that answers its call so, on the fake engine. */
async function reportFor(says: string, more: Readonly<Record<string, unknown>> = {}): Promise<SmokeReport> {
  const entry = entryOf({
    permissions,
    smoke: { call: { tool: 'say', arguments: { path: '/tmp/asked.txt' } } },
    ...more,
  });
  const open = ['/tmp', '/cache.d', '/out', '/index'];
  const { report } = await smokeRig(entry, { says }, open).run();
  return report;
}

const pathsIn = ({ findings }: SmokeReport): Finding | undefined =>
  findings.find(({ kind }) => kind === 'inner-paths');

for (const [says, path] of [
  ['Saved as /tmp/page-1.png.', '/tmp/page-1.png'],
  ['{"file":"/tmp/a/b.json"}', '/tmp/a/b.json'],
  ['written to\n/index/x', '/index/x'],
] as const)
  test(`"${says.replace('\n', ' ')}" tells of a file that nobody outside can read`, async () => {
    const report = await reportFor(says);
    const found = pathsIn(report);
    assert.deepEqual([found?.severity, found?.evidence], ['warning', [path]]);
    assert.ok(report.passed && !report.checks.includes('paths'));
  });

for (const says of ['said', 'Saved as /out/page-1.png', 'read /tmp/asked.txt'])
  test(`"${says}" tells of none`, async () => {
    const report = await reportFor(says);
    assert.equal(pathsIn(report), undefined);
    assert.ok(report.checks.includes('paths'));
  });

const folders = ['/tmp', '/cache.d', '/index'];

for (const [answer, paths] of [
  ['see file:///tmp/shot.png', ['/tmp/shot.png']],
  ['- [Snapshot](/cache.d/s.yml)', ['/cache.d/s.yml']],
  ['https://example.com/tmp/x.png', []],
  ['/var/tmp/x', []],
  ['/tmpfile/x', []],
  ['/cacheXd/s.yml', []],
  ['below /tmp and /tmp/', []],
] as const)
  test(`in "${answer}" ${paths[0] ?? 'nothing'} is a file of the container alone`, () => {
    assert.deepEqual(innerPaths(answer, { folders, handed: [] }), paths);
  });

test('a file in a folder that the user has handed over is the user’s, also where that lies in /tmp', () => {
  const answer = 'one in /tmp/mine/a.png, one in /tmp/mine-not/b.png, one in /tmp/c.png';
  assert.deepEqual(innerPaths(answer, { folders: ['/tmp'], handed: ['/tmp/mine'] }), [
    '/tmp/c.png',
    '/tmp/mine-not/b.png',
  ]);
});

test('an exception of the entry lowers it, and gives the reason', async () => {
  const reason = 'the path is of no use to anybody';
  const found = pathsIn(await reportFor('/tmp/x', { exceptions: [{ finding: 'inner-paths', reason }] }));
  assert.deepEqual([found?.severity, found?.excused], ['info', reason]);
});

test('without a call there is nothing to look at, and no such check is said to have been made', async () => {
  const report = await reportFor('/tmp/x', { smoke: {} });
  assert.deepEqual([pathsIn(report), report.checks.includes('paths')], [undefined, false]);
});
