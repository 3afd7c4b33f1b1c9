import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Host } from '../../src/audit/recorder.ts';
import { undeclaredFolders, undeclaredHosts, unusedHosts } from '../../src/audit/report.ts';

const host = (name: string, port: number | undefined, declared = false): Host => ({
  name,
  port,
  declared,
  attempts: 1,
  speaks: 'TLS',
  during: [],
});

test('hosts of our own example arguments are no finding, others are, as an entry would write them', () => {
  const hosts = [
    host('mcpcat-audit.example.com', 443),
    host('b.vendor.test', 443),
    host('a.vendor.test', 5432),
    host('c.vendor.test', undefined),
    host('known.vendor.test', 443, true),
  ];
  assert.deepEqual(undeclaredHosts(hosts), ['a.vendor.test:5432', 'b.vendor.test', 'c.vendor.test']);
});

test('a rule is used if a host fits it by name and port; one from a setting is not judged', () => {
  const hosts = [host('a.b.test', 443, true), host('x.wild.test', 443, true), host('other.test', 80, true)];
  assert.deepEqual(
    unusedHosts(
      ['a.b.test', 'a.b.test:5432', '*.wild.test', '*.idle.test', '{DATABASE_URL}', 'other.test'],
      hosts,
    ),
    ['a.b.test:5432', '*.idle.test', 'other.test'],
  );
  assert.deepEqual(unusedHosts(['*'], hosts), []);
  assert.deepEqual(unusedHosts(['*'], []), ['*']);
});

test('folders are the outermost, and never one that holds files of the image', () => {
  assert.deepEqual(
    undeclaredFolders({
      inside: [],
      outside: ['/home/mcpcat/.cache/x/1', '/home/mcpcat/.cache/2'],
      refused: ['/app/state.json', '/usr/x', 'relative', '/data/db.sqlite'],
    }),
    ['/data', '/home/mcpcat/.cache'],
  );
});
