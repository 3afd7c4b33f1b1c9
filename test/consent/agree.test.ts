import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { agreedTo, recordStart, subjectOf } from '../../src/consent/agree.ts';
import { grantOf } from '../../src/consent/grant.ts';
import { consentFile, readConsent, recordFirst, replaceConsent } from '../../src/consent/store.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { refused } from '../sandbox/fixtures.ts';
import { placesIn, startOf } from './rig.ts';

const wide = startOf({ permissions: { network: ['*'] }, env: { GITHUB_TOKEN: { description: 'x' } } });
const consentFor = (start: ReturnType<typeof startOf>) =>
  ({ ...subjectOf(start), since: '2026-11-27T12:00:00.000Z', grant: grantOf(start) }) as const;

test('a first start is recorded, the same passes, more ends it with the difference and what to do', (t) => {
  const places = placesIn(temporaryFolder(t), { GITHUB_TOKEN: 'x' });
  assert.equal(agreedTo(startOf(), places).kind, 'first');
  recordStart(startOf(), places);
  assert.equal(agreedTo(startOf(), places).kind, 'known');
  const start = (): unknown => agreedTo(wide, places);
  assert.throws(
    start,
    refused('consent-needed', /^notes may now do more than you agreed to on \d{4}-\d\d-\d\d:$/),
  );
  assert.throws(start, {
    detail: ['network: *', 'setting GITHUB_TOKEN, which your environment has'],
    hint: /mcpcat accept notes/,
    exitCode: 2,
  });
  replaceConsent(consentFor(wide), places);
  assert.equal(agreedTo(wide, places).kind, 'known');
  assert.equal(agreedTo(startOf(), places).kind, 'known');
});

test('what the user agreed to decides which settings are taken, not what the entry has become', (t) => {
  const places = placesIn(temporaryFolder(t));
  recordStart(startOf(), places);
  const more = startOf({ env: { LOG_LEVEL: { description: 'x' } } });
  assert.deepEqual(agreedTo(more, places).grant.settings, []);
});

test('another catalog, and another server, have a consent of their own', (t) => {
  const places = placesIn(temporaryFolder(t));
  recordStart(startOf(), places);
  assert.equal(agreedTo(startOf({}, { catalog: 'https://example.com/catalog.json' }), places).kind, 'first');
  assert.equal(agreedTo(startOf({ name: 'other' }), places).kind, 'first');
});

test('it lies below the home whatever else the environment says, and is the user’s alone', (t) => {
  const home = temporaryFolder(t);
  recordStart(startOf(), placesIn(home, { XDG_DATA_HOME: path.join(home, 'elsewhere') }));
  const file = consentFile(subjectOf(startOf()), placesIn(home));
  assert.ok(file.startsWith(home));
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(statSync(path.dirname(file)).mode & 0o777, 0o700);
});

for (const [what, content] of [
  ['nothing', ''],
  ['half a file', '{"catalog":"/srv/catalog","server":"notes","since":"2026'],
  ['a list', '[]'],
  ['no grant', '{"catalog":"/srv/catalog","server":"notes","since":"2026-11-27T12:00:00Z"}'],
  [
    'a grant of another form',
    '{"catalog":"/srv/catalog","server":"notes","since":"x","grant":{"network":"*"}}',
  ],
] as const)
  test(`a file with ${what} in it ends the start instead of counting as none`, (t) => {
    const places = placesIn(temporaryFolder(t));
    recordStart(startOf(), places);
    writeFileSync(consentFile(subjectOf(startOf()), places), content);
    const start = (): unknown => agreedTo(startOf(), places);
    assert.throws(start, refused('consent-unreadable', /expected what mcpcat has written there/));
    assert.throws(start, { hint: /mcpcat accept notes/ });
    replaceConsent(consentFor(startOf()), places);
    assert.equal(agreedTo(startOf(), places).kind, 'known');
  });

test('the consent of another catalog under this name is none of this one', (t) => {
  const places = placesIn(temporaryFolder(t));
  recordStart(startOf(), places);
  const file = consentFile(subjectOf(startOf()), places);
  writeFileSync(file, readFileSync(file, 'utf8').replace('/srv/catalog', '/srv/other'));
  assert.throws(() => agreedTo(startOf(), places), refused('consent-unreadable', /something else/));
});

test('a folder in its place, or a home that takes no file, ends the start', (t) => {
  const places = placesIn(temporaryFolder(t));
  mkdirSync(consentFile(subjectOf(startOf()), places), { recursive: true });
  assert.throws(() => agreedTo(startOf(), places), refused('consent-unreadable', /can't read/));
  for (const home of ['/dev/null', '/proc'])
    assert.throws(
      () => recordStart(startOf(), placesIn(home)),
      refused('consent-unreadable', /can't keep what notes/),
      home,
    );
});

test('a folder that can not be looked into ends the start', { skip: process.getuid?.() === 0 }, (t) => {
  const home = temporaryFolder(t);
  recordStart(startOf(), placesIn(home));
  const folder = path.dirname(consentFile(subjectOf(startOf()), placesIn(home)));
  chmodSync(folder, 0o000);
  t.after(() => chmodSync(folder, 0o700));
  assert.throws(() => agreedTo(startOf(), placesIn(home)), refused('consent-unreadable', /EACCES/));
});

test('of two first starts at once the first one holds, and the other is compared with it', (t) => {
  const places = placesIn(temporaryFolder(t));
  assert.equal(recordFirst(consentFor(startOf()), places), true);
  assert.equal(recordFirst(consentFor(wide), places), false);
  assert.throws(() => recordStart(wide, places), refused('consent-needed', /may now do more/));
  recordStart(startOf(), places);
  assert.deepEqual(readConsent(subjectOf(startOf()), places)?.grant, grantOf(startOf()));
});

test('another image is no other permission; another default of a host is, also for what was read from the file', (t) => {
  const places = placesIn(temporaryFolder(t));
  const leading = (host: string, digit: string): ReturnType<typeof startOf> =>
    startOf(
      { permissions: { network: ['{HOST}'] }, env: { HOST: { description: 'x', default: host } } },
      { image: { digest: `sha256:${digit.repeat(64)}`, repository: undefined } },
    );
  recordStart(leading('a.example.com', 'a'), places);
  assert.equal(agreedTo(leading('a.example.com', 'b'), places).kind, 'known');
  assert.throws(() => agreedTo(leading('b.example.com', 'a'), places), {
    code: 'consent-needed',
    detail: ['network: b.example.com, unless you set HOST'],
  });
});
