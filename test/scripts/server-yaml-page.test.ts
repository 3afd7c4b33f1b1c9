import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Entry } from '../../src/catalog/entry.ts';
import { serverYamlPage } from '../../scripts/server-yaml-page.ts';

test('the reference of server.yaml has every key of an entry, and those of lists and maps in it', () => {
  const page = serverYamlPage();
  const missing = Object.keys(Entry.shape).filter((key) => !page.includes(`| \`${key}\` |`));
  assert.deepEqual(missing, []);
  for (const section of ['env.NAME', 'permissions.mounts[]', 'transport.http', 'system[]', 'smoke.call'])
    assert.ok(page.includes(`## \`${section}\``), section);
});

test('defaults, choices and bounds are those of the schema', () => {
  const rows = serverYamlPage().split('\n');
  const row = (key: string): string | undefined => rows.find((line) => line.startsWith(`| \`${key}\``));
  assert.match(row('memory') ?? '', /\| `512m` \|/);
  assert.match(row('mode') ?? '', /\| `ro` or `rw` \| `ro` \|/);
  assert.match(row('pids') ?? '', /whole number from 8 to 4096 \| `128`/);
  assert.match(row('shm') ?? '', /\| optional \|/);
  assert.match(row('source') ?? '', /\| required \|/);
});
