import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, test } from 'node:test';
import { promisify } from 'node:util';
import { Lock, type Artifact } from '../../src/catalog/lock.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { Store } from '../../src/fetch/store.ts';
import { label } from '../../src/lib/labels.ts';
import { catalogCopy, markedBase, type CatalogCopy } from '../rig/catalog-copy.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { run, testEngine } from '../rig/engine.ts';

const timeout = 600_000;
let engine: Engine;
const opened = closedAfterwards();
let catalog: CatalogCopy;
let work: string;

before(
  async () => {
    engine = await testEngine();
    catalog = opened.use(catalogCopy(['calculator', 'sequential-thinking'], engine));
    work = mkdtempSync(path.join(tmpdir(), 'mcpcat-work-'));
    opened.defer(() => rmSync(work, { recursive: true, force: true }));
  },
  { timeout },
);

const nameOf = (entry: string): string => catalog.names[entry] ?? '';
const build = (...args: string[]): ReturnType<typeof run> =>
  run(['build', '--catalog', catalog.folder, ...args]);

function lockOf(entry: string): Lock {
  return Lock.parse(JSON.parse(readFileSync(catalog.file(entry, 'lock.json'), 'utf8')));
}

/** The first wheel of the Python entry. */
function wheel(): Extract<Artifact, { kind: 'pypi' }> {
  const found = lockOf('calculator').artifacts.find((artifact) => artifact.kind === 'pypi');
  assert.ok(found?.kind === 'pypi');
  return found;
}

test('an entry is built once; while nothing changes it is said to be unchanged', { timeout }, async () => {
  const name = nameOf('calculator');
  const first = await build(name);
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stderr, /build done/);
  const image = await engine.inspectImage(catalog.imageOf(name));
  assert.match(image?.labels[label.fingerprint] ?? '', /^[0-9a-f]{64}$/);

  const again = await build(name);
  assert.equal(again.code, 0);
  assert.match(again.stderr, /unchanged/);
  assert.doesNotMatch(again.stderr, /fetch|started/);
  assert.match(again.stdout, /unchanged/);
  assert.equal((await engine.inspectImage(catalog.imageOf(name)))?.id, image?.id);
});

test('--force builds anew and does not leave the replaced image behind', { timeout }, async () => {
  const name = nameOf('calculator');
  const old = await engine.inspectImage(catalog.imageOf(name));
  assert.ok(old);
  const { code } = await build(name, '--force');
  assert.equal(code, 0);
  const now = await engine.inspectImage(catalog.imageOf(name));
  assert.notEqual(now?.id, old.id);
  assert.equal(now?.labels[label.fingerprint], old.labels[label.fingerprint]);
  assert.equal(await engine.inspectImage(old.id), undefined);
});

test(
  'the same entry gives the same context twice, which plain docker build builds',
  { timeout },
  async () => {
    const name = nameOf('sequential-thinking');
    const folders = ['one', 'two'].map((word) => path.join(work, word));
    for (const folder of folders) {
      const { code, stderr } = await run(['generate', name, '--catalog', catalog.folder, '--out', folder]);
      assert.equal(code, 0, stderr);
    }
    const [one, two] = folders.map((folder) => digestOf(path.join(folder, name)));
    assert.deepEqual(one, two);
    assert.ok((one?.size ?? 0) > 50);

    const tag = `mcpcat-test/generated:${name}`;
    const docker = existsSync('/usr/bin/docker') ? '/usr/bin/docker' : 'docker';
    await promisify(execFile)(
      docker,
      ['build', '--network', 'none', '-q', '-t', tag, path.join(work, 'one', name)],
      { maxBuffer: 16 << 20 },
    );
    const image = await engine.inspectImage(tag);
    await engine.removeImage(tag, { force: true });
    assert.equal(image?.user, '65532:65532');
    assert.deepEqual(image.entrypoint.slice(0, 2), ['/mcpcat-init', '--']);
  },
);

test(
  'a context that exists is replaced as a whole; a folder of anything else is not touched',
  { timeout },
  async () => {
    const name = nameOf('calculator');
    const out = path.join(work, 'replaced');
    const present = path.join(out, name, 'left-over');
    mkdirSync(path.dirname(present), { recursive: true });
    writeFileSync(present, 'x');
    const generate = (): ReturnType<typeof run> =>
      run(['generate', name, '--catalog', catalog.folder, '--out', out]);
    const refused = await generate();
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /expected a build context or nothing at .*, found other files/);
    assert.deepEqual(readdirSync(path.dirname(present)), ['left-over']);

    writeFileSync(path.join(path.dirname(present), 'Dockerfile'), 'FROM scratch');
    const { code, stderr } = await generate();
    assert.equal(code, 0, stderr);
    assert.deepEqual(readdirSync(out), [name]);
    assert.ok(!existsSync(present));
  },
);

test('a file of the store that was changed is fetched again, never used', { timeout }, async () => {
  const cache = path.join(work, 'cache');
  const name = nameOf('calculator');
  const out = path.join(work, 'tampered');
  const generate = (): ReturnType<typeof run> =>
    run(['generate', name, '--catalog', catalog.folder, '--out', out], { env: { XDG_CACHE_HOME: cache } });
  assert.equal((await generate()).code, 0);
  const { sha256, file } = wheel();
  const kept = new Store(path.join(cache, 'mcpcat')).pathOf({ algorithm: 'sha256', hex: sha256 });
  writeFileSync(kept, 'not the wheel');
  const { code, stderr } = await generate();
  assert.equal(code, 0, stderr);
  assert.equal(sha256Of(kept), sha256);
  assert.equal(sha256Of(path.join(out, name, 'build/wheels', file)), sha256);
});

test(
  'a hash that does not match fails that entry by name, the other is built, and the summary says both',
  { timeout },
  async () => {
    using broken = catalogCopy(['calculator', 'sequential-thinking']);
    const { sha256, name: wheelName } = wheel();
    const wrong = sha256.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
    broken.edit('calculator', 'lock.json', (text) => text.replace(sha256, wrong));
    const temporary = path.join(work, 'tmp-mismatch');
    mkdirSync(temporary);
    const { code, stdout, stderr } = await run(
      ['build', '--all', '--jobs', '2', '--catalog', broken.folder],
      { env: { TMPDIR: temporary } },
    );
    const [bad = '', good = ''] = broken.images;
    const [hasBad, hasGood] = await Promise.all([bad, good].map((image) => engine.inspectImage(image)));
    await engine.removeImage(good, { force: true });
    assert.equal(code, 1);
    assert.match(stdout, new RegExp(`${broken.names['calculator'] ?? '?'} +failed`));
    assert.match(stdout, new RegExp(`${broken.names['sequential-thinking'] ?? '?'} +built`));
    assert.match(stderr, new RegExp(`pypi:${wheelName}@\\S+: expected sha256 ${wrong.slice(0, 16)}`));
    assert.match(stderr, /hint: nothing was kept/);
    assert.equal(hasBad, undefined);
    assert.ok(hasGood);
    assert.deepEqual(ours(temporary), []);
  },
);

test('a mismatch in npm’s own lock fails the build inside, with its last lines', { timeout }, async () => {
  using broken = catalogCopy(['sequential-thinking']);
  const { name, integrity } = npmArtifact();
  const wrong = integrity.replace(/^sha512-./, (start) => `sha512-${start.endsWith('A') ? 'B' : 'A'}`);
  broken.edit('sequential-thinking', 'package-lock.json', (text) => text.replace(integrity, wrong));
  const { code, stderr } = await run(['build', '--all', '--catalog', broken.folder]);
  assert.equal(code, 1);
  assert.match(stderr, /mcpcat: build: The command .*returned a non-zero code/);
  assert.match(stderr, /npm (ERR!|error)/, `nothing of npm's words about ${name}`);
  assert.equal(await engine.inspectImage(broken.images[0] ?? ''), undefined);
});

test('another base takes the place of ours, and counts in the fingerprint', { timeout }, async () => {
  const name = nameOf('calculator');
  const old = await engine.inspectImage(catalog.imageOf(name));
  const base = await markedBase(engine, 'python', 'runtime');
  const { code, stderr } = await build(name, '--base', `python=${base.reference}`);
  const image = await engine.inspectImage(catalog.imageOf(name));
  await engine.removeImage(catalog.imageOf(name), { force: true });
  await engine.removeImage(base.reference, { force: true });
  assert.equal(code, 0, stderr);
  assert.equal(image?.labels['io.mcpcat.test'], base.labels['io.mcpcat.test']);
  assert.notEqual(image?.labels[label.fingerprint], old?.labels[label.fingerprint]);
});

test('a base that is not there is named, with what makes it', { timeout }, async () => {
  const { code, stderr } = await build(
    nameOf('sequential-thinking'),
    '--force',
    '--base',
    'node=mcpcat-test/absent:1',
  );
  assert.equal(code, 1);
  assert.match(stderr, /the base mcpcat-test\/absent:1 is not on this engine/);
  assert.match(stderr, /hint: mcpcat base build node/);
});

function npmArtifact(): Extract<Artifact, { kind: 'npm' }> {
  const found = lockOf('sequential-thinking').artifacts.find((artifact) => artifact.kind === 'npm');
  assert.ok(found?.kind === 'npm');
  return found;
}

function sha256Of(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

/** Path → content hash of every file below a folder. */
function digestOf(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((item) => item.isFile());
  return new Map(
    files
      .map((item) => path.join(item.parentPath, item.name))
      .sort()
      .map((file) => [path.relative(folder, file), sha256Of(file)] as const),
  );
}

/** What mcpcat has left in its folder for temporary files. */
function ours(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.startsWith('mcpcat'));
}
