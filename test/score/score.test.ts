import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import type { ScanRecord } from '../../src/advisories/scan-record.ts';
import type { Release } from '../../src/catalog/history.ts';
import { loadServer } from '../../src/catalog/load.ts';
import { listServer } from '../../src/catalog-index/gather.ts';
import type { Check, CheckName, Tried } from '../../src/provenance/record.ts';
import type { ScoreFacts } from '../../src/score/facts.ts';
import { scoresPage } from '../../src/score/page.ts';
import { rubric, scoreOf, type ScoredLine } from '../../src/score/score.ts';

async function factsOf(name: string): Promise<ScoreFacts> {
  const server = await loadServer(path.resolve('catalog'), name);
  const { server: listed } = await listServer(server);
  const unknown = { scan: undefined, upstream: undefined, annotations: undefined };
  return { server: listed, lock: server.lock, history: [], ...unknown };
}

const time = await factsOf('time');
const { permissions } = time.server;
const withPermissions = (change: object): ScoreFacts => ({
  ...time,
  server: { ...time.server, permissions: { ...permissions, ...change } },
});
function line(facts: ScoreFacts, what: string): ScoredLine {
  const found = scoreOf(facts).lines.find((one) => one.what === what);
  assert.ok(found);
  return found;
}
const reach = (...network: readonly string[]): number =>
  line(withPermissions({ network }), 'what it may reach').points;

test('the lines of the rubric come to 100, and each says where it is from', () => {
  assert.equal(
    rubric.reduce((sum, { of }) => sum + of, 0),
    100,
  );
  for (const { source, what } of rubric) assert.ok(source.length > 0 && what.length > 0);
});

test('every line of every kind of server stays within its bounds and has a reason', async () => {
  for (const name of ['time', 'github', 'filesystem', 'fetch', 'playwright', 'slack'])
    for (const { points, of, because, alone } of scoreOf(await factsOf(name)).lines) {
      assert.ok(points >= 0 && points <= of && alone.points >= 0 && alone.points <= of);
      assert.ok(because.length > 0 && alone.because.length > 0);
    }
});

test('each further host, a wildcard, a host of the user’s and the whole internet cost points', () => {
  const order = [
    reach(),
    reach('a.example'),
    reach('a.example', 'b.example', 'c.example', 'd.example'),
    reach('a.example', '{HOST}'),
    reach('*.example.com'),
    reach('*'),
  ];
  assert.deepEqual(
    order,
    order.toSorted((a, b) => b - a),
  );
  assert.equal(new Set(order).size, order.length);
  assert.deepEqual([order[0], order.at(-1)], [20, 0]);
  assert.equal(reach('a.example (tls: opaque)'), reach('a.example') - 2);
});

test('folders to write cost more than folders to read', () => {
  const mount = { name: 'data', target: '/data', mode: 'ro', required: true, description: 'any' };
  const files = (...mounts: readonly object[]): number =>
    line(withPermissions({ mounts }), 'whose files it sees').points;
  const order = [
    files(),
    files(mount),
    files({ ...mount, mode: 'rw', required: false }),
    files({ ...mount, mode: 'rw' }),
  ];
  assert.deepEqual(order, [12, 10, 8, 6]);
});

const scan: ScanRecord = {
  scanVersion: 1,
  version: time.server.version ?? '',
  date: '2026-11-27',
  sources: ['records'],
  checked: [{ ecosystem: 'PyPI', packages: 30 }],
  unchecked: [],
  holes: [],
};
const hole: ScanRecord['holes'][number] = {
  id: 'PYSEC-1',
  aliases: [],
  severity: 'high',
  ecosystem: 'PyPI',
  name: 'anyio',
  version: '1.0',
  fixed: null,
  exceptedUntil: null,
};
const holes = (change: Partial<ScanRecord>): number =>
  line({ ...time, scan: { ...scan, ...change } }, 'known holes').points;

test('no known hole is worth most where all was asked; not having looked is worth nothing', () => {
  assert.equal(line(time, 'known holes').points, 0);
  assert.equal(holes({}), 10);
  assert.equal(holes({ unchecked: [{ ecosystem: 'Debian:13', packages: 30 }] }), 7);
  assert.equal(holes({ checked: [{ ecosystem: 'Debian:13', packages: 30 }] }), 0);
  assert.equal(holes({ version: 'another' }), 0);
});

test('a high hole costs more than another, an excepted one nothing, and many never less than none', () => {
  assert.equal(holes({ holes: [hole] }), 5);
  assert.equal(holes({ holes: [{ ...hole, severity: 'unknown' }] }), 9);
  assert.equal(holes({ holes: [{ ...hole, exceptedUntil: '2027-01-01' }] }), 10);
  assert.equal(holes({ holes: Array.from({ length: 50 }, () => hole) }), 0);
});

test('without a sandbox nothing is held, and the holes are the same', () => {
  const facts = { ...time, scan: { ...scan, holes: [hole] } };
  for (const what of [
    'what it may reach',
    'whose files it sees',
    'what it can leave behind',
    'what is installed',
    'proof',
  ])
    assert.equal(line(facts, what).alone.points, 0, what);
  assert.equal(line(facts, 'known holes').alone.points, line(facts, 'known holes').points);
});

test('a proof of something else, a release of yesterday and tools without a word cost points', () => {
  const proofOf = (status: 'proved' | 'stale'): number =>
    line({ ...time, server: { ...time.server, status } }, 'proof').points;
  assert.ok(proofOf('stale') < proofOf('proved'));
  const { proof } = time.server;
  assert.ok(proof);
  const released = (day: string): number =>
    line(
      {
        ...time,
        server: { ...time.server, freshness: { released: day }, proof: { ...proof, date: '2026-11-20' } },
      },
      'age of the release',
    ).points;
  assert.deepEqual(
    [released('2026-11-19'), released('2026-11-01'), released('2025-06-01'), released('2020-01-01')],
    [4, 8, 6, 4],
  );
  const said = (annotated: number): number =>
    line({ ...time, annotations: { tools: 4, annotated } }, 'tools say whether they only read').points;
  assert.deepEqual([said(0), said(2), said(4)], [0, 1, 2]);
});

test('the page has a row for each server, best first, and is the same every time', async () => {
  const scores = [scoreOf(await factsOf('fetch')), scoreOf(time)];
  const page = scoresPage(scores);
  assert.ok(page.indexOf('| time |') < page.indexOf('| fetch |'));
  assert.equal(scoresPage(scores), page);
});

test('who vouches for a release counts by what was tried; what nobody was asked gives nothing', () => {
  const vouched = (check: Check, name: CheckName = 'provenance'): readonly [number, number] => {
    const checks = { [name]: check };
    const known = { checks: [], origin: null, publisher: null };
    const version = time.server.version ?? '';
    const record = { upstreamVersion: 1 as const, version, checks, origin: null, publisher: null, known };
    const { points, alone } = line({ ...time, upstream: record }, 'who vouches for the release');
    return [points, alone.points];
  };
  const ok = (...tried: readonly Tried[]): Check => ({ state: 'ok', tried: [...tried], by: 'somebody' });
  assert.deepEqual(vouched(ok('signature', 'log', 'subject')), [5, 0]);
  assert.deepEqual(vouched(ok('hash', 'signature', 'log'), 'checksumDatabase'), [5, 5]);
  assert.deepEqual(vouched(ok('hash', 'key', 'signature'), 'registrySignature'), [3, 0]);
  assert.deepEqual(vouched(ok('subject')), [1, 0]);
  for (const state of ['absent', 'refused', 'not-checked'] as const)
    assert.deepEqual(vouched(state === 'absent' ? { state } : { state, reason: 'x' }), [0, 0]);
  assert.equal(line(time, 'who vouches for the release').points, 0);
});

const same = { added: [], removed: [], changed: [] };
const release = (version: string, changes: Release['changes'] = null): Release => ({
  version,
  date: '2026-11-27',
  tools: 2,
  sha256: 'a'.repeat(64),
  changes,
});

test('tools that stay what they were over releases give points, those that change or go cost them', () => {
  const version = time.server.version ?? '';
  const of = (...history: readonly Release[]): number =>
    line({ ...time, history }, 'changes of its tools over releases').points;
  assert.equal(of(), 0, 'nothing is recorded');
  assert.equal(of(release('0.0.1')), 0, 'another release');
  assert.equal(of(release(version)), 2);
  assert.equal(of(release('1'), release(version, same)), 5);
  assert.equal(of(release('1'), release(version, { ...same, added: ['more'] })), 5, 'more is no change');
  assert.equal(of(release('1'), release(version, { ...same, changed: ['ask'] })), 3);
  assert.equal(
    of(
      release('1'),
      release('2', { ...same, removed: ['ask'] }),
      release(version, { ...same, changed: ['x'] }),
    ),
    1,
  );
  assert.equal(
    of(release(version), release(version, { ...same, changed: ['ask'] })),
    0,
    'one release, two offers',
  );
  const later = ['2', '3', '4', '5'].map((one) => release(one, same));
  const changed = release('1', { ...same, changed: ['ask'] });
  assert.equal(of(release('1'), changed, ...later, release(version, same)), 5, 'two offers, long ago');
  assert.equal(of(release('1'), changed, ...later.slice(2), release(version, same)), 0, 'and not long ago');
});
