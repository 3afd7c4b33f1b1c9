import assert from 'node:assert/strict';
import { appendFileSync, cpSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { readBaseLock, writeBaseLock } from '../../src/base/base-lock.ts';
import { chosenTemplates, forgetOwnTemplates, ownTemplates } from '../../src/base/machine-templates.ts';
import { recordPackages } from '../../src/base/record-packages.ts';
import { loadBases } from '../../src/base/references.ts';
import { temporaryFolder } from '../lib/temporary.ts';

const tracked = path.resolve(import.meta.dirname, '../../templates');
const platform = 'linux/amd64';

function clone(t: TestContext): string {
  const templates = path.join(temporaryFolder(t), 'templates');
  cpSync(tracked, templates, { recursive: true });
  return templates;
}

test('a machine that decides for itself writes into its cache: the clone stays as it was, and another clone finds it', async (t) => {
  const [templates, second, cacheFolder] = [clone(t), clone(t), temporaryFolder(t)];
  const before = readFileSync(path.join(templates, 'base/go/lock.json'), 'utf8');
  const own = await ownTemplates({ templates, cacheFolder });
  assert.equal(own.catalogTemplates, templates);
  const lock = await readBaseLock(own.templates, 'go', platform);
  const [first, ...rest] = lock.runtime;
  assert.ok(first !== undefined);
  const changed = { ...lock, runtime: [{ ...first, version: '99', sha256: 'f'.repeat(64) }, ...rest] };
  await writeBaseLock(own.templates, { kind: 'go', platform, lock: changed });
  assert.equal(readFileSync(path.join(templates, 'base/go/lock.json'), 'utf8'), before);
  const found = await chosenTemplates({ templates: second, cacheFolder });
  assert.deepEqual(found, { templates: own.templates, catalogTemplates: second });
  const [locked, other] = await Promise.all([
    loadBases(templates, platform),
    loadBases(found.templates, platform),
  ]);
  assert.notEqual(other.go.runtime.reference, locked.go.runtime.reference);
  assert.equal(other.node.runtime.reference, locked.node.runtime.reference);
});

test('it holds until the catalog has other locks, or the machine goes back', async (t) => {
  const [templates, cacheFolder] = [clone(t), temporaryFolder(t)];
  await ownTemplates({ templates, cacheFolder });
  appendFileSync(path.join(templates, 'base/go/base.yaml'), '# newer\n');
  assert.equal((await chosenTemplates({ templates, cacheFolder })).catalogTemplates, undefined);
  await ownTemplates({ templates, cacheFolder });
  await forgetOwnTemplates({ templates, cacheFolder });
  assert.equal((await chosenTemplates({ templates, cacheFolder })).templates, templates);
});

test('two that decide at once get the same copy', async (t) => {
  const places = { templates: clone(t), cacheFolder: temporaryFolder(t) };
  const [one, two] = await Promise.all([ownTemplates(places), ownTemplates(places)]);
  assert.equal(one.templates, two.templates);
  assert.ok((await readBaseLock(one.templates, 'go', platform)).runtime.length > 0);
});

test('where a package lies and since when is no part of a base, and no news for its lock', async (t) => {
  const templates = clone(t);
  const before = (await loadBases(templates, platform)).go.runtime;
  const lock = await readBaseLock(templates, 'go', platform);
  const moved = lock.runtime.map((found) => ({ ...found, snapshot: '20300101T000000Z' }));
  const text = readFileSync(path.join(templates, 'base/go/lock.json'), 'utf8');
  await recordPackages(templates, {
    kind: 'go',
    stage: 'runtime',
    platform,
    packages: moved,
    emit: () => assert.fail(),
  });
  assert.equal(readFileSync(path.join(templates, 'base/go/lock.json'), 'utf8'), text);
  await writeBaseLock(templates, { kind: 'go', platform, lock: { ...lock, runtime: moved } });
  assert.deepEqual((await loadBases(templates, platform)).go.runtime, before);
});
