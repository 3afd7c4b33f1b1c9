/** Go's real database, as the module that the proxy hands out, against the Go servers of the catalog. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { gatherAdvisories } from '../../../src/advisories/advisories.ts';
import { goDatabase } from '../../../src/advisories/go-database.ts';
import { holesOf } from '../../../src/advisories/holes.ts';
import { recordFiles } from '../../../src/advisories/record-files.ts';
import { loadCatalog } from '../../../src/catalog/load.ts';
import type { Component } from '../../../src/inventory/component.ts';
import { scan, wantedKeys } from '../../../src/scan/scan.ts';
import { closedAfterwards } from '../../rig/closed-afterwards.ts';
import { catalogInventory } from '../../rig/inventory.ts';

const timeout = 300_000;
const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-vulndb-'));
closedAfterwards().defer(() => rmSync(folder, { recursive: true, force: true }));

const request = { cacheFolder: folder, env: process.env, nowMs: Date.now() } as const;

function module(name: string, version: string): Component {
  const purl = `pkg:golang/${name}@${version}`;
  return { ref: purl, kind: 'go', name, version, purl, hashes: [], places: [], dependsOn: [] };
}

test(
  'every record of the database that concerns us is understood, and old modules have their holes',
  { timeout },
  async () => {
    assert.equal(await goDatabase({ ...request, fetch: 'never' }), undefined);
    const database = await goDatabase({ ...request, fetch: 'when-old' });
    assert.ok(database);
    // Younger than a day: nobody is asked.
    const offline = { ...request, env: { GOPROXY: 'http://127.0.0.1:9' }, fetch: 'when-old' } as const;
    assert.equal((await goDatabase(offline))?.version, database.version);
    const { servers } = await loadCatalog(path.resolve('catalog'));
    const names = [...servers.values()]
      .filter(({ lock }) => lock?.runtime === 'go')
      .map(({ entry }) => entry.name);
    assert.ok(names.length >= 5);
    const inventories = await Promise.all(names.map((name) => catalogInventory(name)));
    const old = [
      module('golang.org/x/net', 'v0.38.0'),
      module('stdlib', 'v1.21.0'),
      module('golang.org/x/text', 'v0.3.0'),
    ];
    const wanted = new Set([...wantedKeys(inventories), ...old.map(({ name }) => `Go ${name}`)]);
    const advisories = await gatherAdvisories(recordFiles(database.zip), wanted);
    assert.ok(advisories.records > 4000);
    assert.deepEqual(advisories.refused, []);
    const holes = holesOf(old, advisories);
    const fixOf = (id: string, name: string): string | undefined =>
      holes.find((hole) => hole.id === id && hole.name === name)?.fixed;
    assert.equal(fixOf('GO-2026-4440', 'golang.org/x/net'), '0.45.0');
    // CVE-2023-39325 was fixed in 1.20.10 and 1.21.3.
    assert.equal(fixOf('GO-2023-2102', 'stdlib'), '1.21.3');
    assert.equal(fixOf('GO-2021-0113', 'golang.org/x/text'), '0.3.7');
    const report = scan(
      inventories.map((inventory) => ({ inventory, vex: undefined })),
      { advisories, sources: [], today: '2026-11-27' },
    );
    for (const { server, unchecked } of report.servers)
      assert.ok(!unchecked.some(({ ecosystem }) => ecosystem === 'Go'), server);
  },
);
