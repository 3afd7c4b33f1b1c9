import assert from 'node:assert/strict';
import { test } from 'node:test';
import { McpcatError } from '../../src/lib/errors.ts';
import { catalogIndexText } from '../../src/catalog-index/catalog-index.ts';
import { parseCatalogIndex } from '../../src/catalog-index/parse-catalog-index.ts';
import { catalogIndexOf } from './rig.ts';

function refusal(text: string): McpcatError {
  try {
    parseCatalogIndex(text, 'c.json');
  } catch (error) {
    assert.ok(error instanceof McpcatError, String(error));
    assert.equal(error.code, 'entry-invalid');
    return error;
  }
  return assert.fail('it was taken');
}

test('a catalog index is read back as it was written', async (t) => {
  const { catalogIndex, text } = await catalogIndexOf(t, 'x', 'y');
  assert.deepEqual(parseCatalogIndex(text, 'c.json'), catalogIndex);
});

test('text that is no JSON is refused with line and column', () => {
  const { message } = refusal('{\n  "catalogVersion": 3,\n  "servers": {,}\n}');
  assert.match(message, /^c\.json:3:15: expected a key in double quotes/);
});

test('half a file is refused', async (t) => {
  const { text } = await catalogIndexOf(t, 'x');
  assert.match(refusal(text.slice(0, text.length / 2)).message, /^c\.json:\d+:\d+: expected/);
});

test('a newer version is refused, and says what to do', () => {
  const { message, hint } = refusal('{"catalogVersion": 4, "anything": true}');
  assert.equal(message, 'c.json: catalogVersion: expected 3, found 4');
  assert.match(hint ?? '', /update mcpcat/);
});

test('the version before, which had the tools in it, is refused, and says what to do', () => {
  const { message, hint } = refusal('{"catalogVersion": 1, "servers": {"x": {"tools": []}}}');
  assert.equal(message, 'c.json: catalogVersion: expected 3, found 1');
  assert.match(hint ?? '', /an older mcpcat has written it: mcpcat index/);
});

test('the text has a line for each server, and is read back as the same catalog index', async (t) => {
  const { catalogIndex } = await catalogIndexOf(t, 'x', 'y');
  const text = catalogIndexText(catalogIndex);
  assert.deepEqual(parseCatalogIndex(text, 'c.json'), catalogIndex);
  assert.deepEqual(
    text.split('\n').filter((line) => /^"[xy]": \{"name":"[xy]",.*\},?$/.test(line)).length,
    2,
  );
  assert.equal(catalogIndexText({ ...catalogIndex, servers: {} }).endsWith('"servers": {\n\n}\n}\n'), true);
  assert.deepEqual(
    parseCatalogIndex(catalogIndexText({ ...catalogIndex, servers: {} }), 'c.json').servers,
    {},
  );
});

for (const text of ['null', '[]', '"x"', '{}', '{"catalogVersion": "3"}'])
  test(`${text} is refused as no catalog`, () => {
    assert.match(refusal(text).message, /catalogVersion: expected 3/);
  });

/** Each as line of the detail: place, path and what is wrong. */
const wrong: Readonly<Record<string, readonly [from: string | RegExp, to: string, detail: RegExp]>> = {
  'an unknown key': [
    '"limits": {',
    '"privileged": true, "limits": {',
    /^c\.json:\d+:\d+: servers\.x\.privileged: this key is not known/,
  ],
  'a permission of another form': [
    '"network": []',
    '"network": ["https://example.com"]',
    /^c\.json:\d+:\d+: servers\.x\.permissions\.network\.0: must be/,
  ],
  'a mount over a folder of the image': [
    '"mounts": []',
    '"mounts": [{"name": "a", "target": "/etc", "mode": "ro", "required": false, "description": "d"}]',
    /^c\.json:\d+:\d+: servers\.x\.permissions\.mounts\.0: mount a: \/etc is a folder of the image/,
  ],
  'a setting that speaks to process 1': [
    '"env": {}',
    '"env": {"MCPCAT_PORTS": {"description": "d", "required": false, "secret": false}}',
    /servers\.x\.env\.MCPCAT_PORTS/,
  ],
  'another name than its key': ['"name": "x"', '"name": "y"', /servers\.x\.name: name: expected "x"/],
  'tools without a hash': [
    /"sha256": "[0-9a-f]+"/,
    '"sha256": "../x"',
    /servers\.x\.tools\.sha256: must be a sha256/,
  ],
  'a digest that is none': [
    `"digest": "sha256:${'a'.repeat(64)}"`,
    '"digest": "latest"',
    /servers\.x\.image\.digest/,
  ],
};
for (const [what, [from, to, detail]] of Object.entries(wrong))
  test(`a server with ${what} has the file refused, with the place`, async (t) => {
    const { text } = await catalogIndexOf(t, 'w', 'x');
    const at = text.indexOf('"x": {');
    const changed = text.slice(0, at) + text.slice(at).replace(from, to);
    assert.notEqual(changed, text);
    const error = refusal(changed);
    assert.match(error.detail.join('\n'), detail);
    const [, line] = /^c\.json:(\d+):/.exec(error.detail[0] ?? '') ?? [];
    assert.ok(Number(line) > text.slice(0, at).split('\n').length, 'within the server that it is about');
  });

for (const folder of ['..', '../x', '/x', '.x', 'a/b', '', 'https://example.com'])
  test(`tools in "${folder}" are refused: they lie beside the file`, async (t) => {
    const { text } = await catalogIndexOf(t, 'x');
    const changed = text.replace('"toolsFolder": "catalog.tools"', `"toolsFolder": "${folder}"`);
    assert.match(refusal(changed).detail.join('\n'), /toolsFolder: must be the plain name of a folder/);
  });

test('of very many problems only some are shown', async (t) => {
  const names = Array.from({ length: 30 }, (_, index) => `s${String(index)}`);
  const { text } = await catalogIndexOf(t, ...names);
  const { message, detail } = refusal(text.replaceAll('"/tmp"', '"tmp"'));
  assert.match(message, /30 problem/);
  assert.equal(detail.length, 11);
});
