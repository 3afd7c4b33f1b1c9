import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sandboxOf } from '../../src/sandbox/policy.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { zoneName } from '../../src/sandbox/time-zone.ts';
import { entryOf, fakePaths, noOverrides } from './fixtures.ts';

const known: Readonly<Record<string, string>> = {
  UTC: 'UTC',
  'Europe/Berlin': 'Europe/Berlin',
  ':Europe/Berlin': 'Europe/Berlin',
  '/usr/share/zoneinfo/Asia/Tokyo': 'Asia/Tokyo',
  ':/usr/share/zoneinfo/America/Argentina/Ushuaia': 'America/Argentina/Ushuaia',
  'Etc/GMT+5': 'Etc/GMT+5',
};
for (const [text, name] of Object.entries(known))
  test(`TZ=${text} names the zone ${name}`, () => {
    assert.equal(zoneName(text), name);
  });

for (const text of [
  '',
  ':',
  'Europe/Nowhere',
  'CET-1CEST,M3.5.0,M10.5.0/3',
  '/etc/localtime',
  '../../etc/passwd',
  'Europe/../Europe/Berlin',
  '+01:00',
  'Europe/Berlin\nX=y',
  'Europe/Berlin\0',
])
  test(`TZ=${JSON.stringify(text)} names no zone and is not handed over`, () => {
    assert.equal(zoneName(text), undefined);
  });

const zoned = (more: Parameters<typeof entryOf>[0], overrides = {}): Sandbox =>
  sandboxOf(entryOf(more), { ...noOverrides, timeZone: 'Europe/Berlin', ...overrides }, fakePaths());

test("every server has its client's time zone", () => {
  assert.deepEqual(zoned({}).env, { TZ: 'Europe/Berlin' });
  assert.deepEqual(zoned({}, { timeZone: undefined }).env, {});
});

test('what the entry or the user says of it counts more', () => {
  const declared = { TZ: { description: 'The zone', default: 'UTC' } };
  assert.deepEqual(zoned({ env: declared }).env, { TZ: 'UTC' });
  assert.deepEqual(zoned({ env: declared }, { env: { TZ: 'Asia/Tokyo' } }).env, { TZ: 'Asia/Tokyo' });
  const fixed = { http: { port: 3000, env: { TZ: 'UTC' } } };
  assert.equal(zoned({ transport: fixed }).env['TZ'], 'UTC');
  const extra = zoned({}, { extraEnv: { TZ: 'Asia/Tokyo' } });
  assert.deepEqual([extra.env['TZ'], extra.secrets['TZ']], [undefined, 'Asia/Tokyo']);
});
