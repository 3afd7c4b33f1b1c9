import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { parseCatalogIndex } from '../../src/catalog-index/parse-catalog-index.ts';
import { entryText } from '../catalog/entry-text.ts';
import { toolsText } from '../catalog-index/rig.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { transcript } from './transcript.ts';

test('index writes, says what would be written otherwise, and leaves what is up to date alone', async (t) => {
  const folder = temporaryFolder(t, {
    'catalog/b/server.yaml': entryText('b'),
    'catalog/a/server.yaml': entryText('a'),
  });
  const catalog = path.join(folder, 'catalog');
  const file = path.join(folder, 'catalog.json');
  const index = (more = ''): Promise<string> => transcript(`$ mcpcat index --catalog ${catalog}${more}`);
  assert.match(await index(' --check'), /there is none[\s\S]*--- exit 1/);
  assert.deepEqual(readdirSync(folder), ['catalog']);
  assert.match(await index(), /catalog\.json written: 2 servers, 0 verified[\s\S]*--- exit 0/);
  assert.deepEqual(Object.keys(parseCatalogIndex(readFileSync(file, 'utf8'), file).servers), ['a', 'b']);
  const { ino } = statSync(file);
  assert.match(await index(' --check'), /is up to date[\s\S]*--- exit 0/);
  await index();
  assert.equal(statSync(file).ino, ino, 'the same text is not written again');
  writeFileSync(path.join(catalog, 'a/server.yaml'), entryText('a', { more: 'shm: 64m\n' }));
  assert.match(await index(' --check'), /is NOT up to date[\s\S]*hint: mcpcat index\n--- exit 1/);
});

test('tools go into a folder beside the file; those of a server that has gone are removed, and nothing else is', async (t) => {
  const folder = temporaryFolder(t, {
    'catalog/a/server.yaml': entryText('a'),
    'catalog/a/tools.json': toolsText,
    'catalog/b/server.yaml': entryText('b'),
    'catalog/b/tools.json': toolsText,
    'out/mine.tools/of-the-user.json': '{}',
  });
  const out = path.join(folder, 'out/mine.json');
  const index = () => transcript(`$ mcpcat index --catalog ${path.join(folder, 'catalog')} --out ${out}`);
  assert.match(await index(), /--- exit 0/);
  const tools = path.join(folder, 'out/mine.tools');
  assert.deepEqual(readdirSync(tools).toSorted(), ['a.json', 'b.json', 'of-the-user.json']);
  assert.equal(readFileSync(path.join(tools, 'a.json'), 'utf8'), toolsText);
  rmSync(path.join(folder, 'catalog/b'), { recursive: true });
  assert.match(await index(), /--- exit 0/);
  assert.deepEqual(readdirSync(tools).toSorted(), ['a.json', 'of-the-user.json']);
});

test('export has the tools from the folder and from the file alike', async (t) => {
  const folder = temporaryFolder(t, { 'catalog/echo/tools.json': toolsText });
  const echo = path.join(folder, 'catalog');
  cpSync(path.join(import.meta.dirname, 'catalog/echo'), path.join(echo, 'echo'), { recursive: true });
  const out = path.join(folder, 'catalog.json');
  assert.match(await transcript(`$ mcpcat index --catalog ${echo} --out ${out}`), /--- exit 0/);
  for (const format of ['docker-catalog', 'toolhive', 'server-json']) {
    const from = (source: string) =>
      transcript(`$ mcpcat export --catalog ${source} --local --unproved --format ${format} echo`);
    const [first, second] = [await from(echo), await from(out)];
    assert.equal(first.slice(first.indexOf('\n')), second.slice(second.indexOf('\n')));
    assert.match(first, /--- exit 0/);
    if (format === 'docker-catalog') assert.match(first, /name: ask\n +description: Asks\./);
    if (format === 'toolhive') assert.match(first, /"tools": \[\n +"ask"/);
  }
});

test('a broken entry is said, and the others are written', async (t) => {
  const folder = temporaryFolder(t, {
    'catalog/bad/server.yaml': 'name: [',
    'catalog/good/server.yaml': entryText('good'),
  });
  const said = await transcript(`$ mcpcat index --catalog ${path.join(folder, 'catalog')} --json`);
  assert.match(said, /"servers": 1,[\s\S]*"problems": 1/);
  assert.match(said, /bad\/server\.yaml:1:\d+: YAML[\s\S]*--- exit 1/);
  const text = readFileSync(path.join(folder, 'catalog.json'), 'utf8');
  assert.deepEqual(Object.keys(parseCatalogIndex(text, 'x').servers), ['good']);
});

test('export writes one file, or one for each server', async (t) => {
  const folder = temporaryFolder(t);
  const echo = path.join(import.meta.dirname, 'catalog');
  const run = (rest: string): Promise<string> =>
    transcript(`$ mcpcat export --catalog ${echo} --local --unproved ${rest}`);
  assert.match(await run(`--format server-json echo --out ${folder}`), /--- exit 0/);
  assert.match(readFileSync(path.join(folder, 'echo/server.json'), 'utf8'), /"io\.mcpcat\/echo"/);
  const file = path.join(folder, 'registry.json');
  // The other two of that catalog have no lock.
  assert.match(
    await run(`--format toolhive --out ${file}`),
    /is left out: it has no lock yet[\s\S]*--- exit 1/,
  );
  assert.match(readFileSync(file, 'utf8'), /"io\.mcpcat\/echo"/);
  assert.match(await run('--format toolhive nobody'), /there is no server "nobody"[\s\S]*--- exit 2/);
  assert.match(await run('--format toolhive --namespace nodots'), /expected a name such as[\s\S]*--- exit 2/);
});
