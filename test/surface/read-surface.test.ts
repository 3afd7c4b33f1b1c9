import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { readSurface, readSurfaceFile, surfaceFile } from '../../src/surface/read-surface.ts';
import { maxSurfaceBytes, surfaceText } from '../../src/surface/surface-text.ts';
import { aSurface } from './surfaces.ts';

const source = 'catalog/weather/surface.json';
const text = surfaceText(aSurface());

function refusal(changed: string): string {
  let message = '';
  assert.throws(
    () => readSurface(changed, source),
    (error: unknown) => {
      assert.ok(error instanceof Error && 'code' in error && error.code === 'entry-invalid');
      message = error.message;
      return true;
    },
  );
  return message;
}

test('a surface is read back as it was written, and written again it has the same bytes', () => {
  const read = readSurface(text, source);
  assert.deepEqual(read, aSurface());
  assert.equal(surfaceText(read), text);
});

test('lists and revisions in another order give the same bytes', () => {
  const [revision] = aSurface().revisions;
  assert.ok(revision);
  const modern = { ...revision, protocolVersion: '2026-07-28' };
  const backwards = { ...revision, tools: revision.tools.toReversed() };
  assert.equal(
    surfaceText(aSurface({ revisions: [backwards, modern] })),
    surfaceText(aSurface({ revisions: [modern, revision] })),
  );
});

test('characters that hide themselves stand in the file as escapes and come back as they were', () => {
  const instructions = 'Use\u200B it\u202Ewell \u{1F469}\u200D\u{1F4BB}';
  const written = surfaceText(aSurface({}, { instructions }));
  assert.match(written, /Use\\u200b it\\u202ewell/);
  assert.equal(readSurface(written, source).revisions[0]?.instructions, instructions);
});

test('what does not fit is refused with its line and column', () => {
  const cases: readonly (readonly [from: string, to: string, says: RegExp])[] = [
    ['"nothing"', '"weather"', /:3:16: dependsOn: expected "nothing" or "settings", found "weather"$/],
    ['"surfaceVersion": 1', '"surfaceVersion": 2', /:2:21: surfaceVersion: expected 1, found 2$/],
    ['"2025-11-25"', '"newest"', /:7:26: .*expected a protocol revision, like "2025-11-25", found "newest"$/],
    ['"varies"', '"changes"', /expected only protocolVersion, .*found a|expected the key "varies"/],
    ['"now"', '"about"', /tools\.1\.name: expected each once, in order, found "about"$/],
    ['"now"', '"forecast"', /tools\.1\.name: expected each once, in order, found "forecast"$/],
    ['"name": "now"', '"title": "now"', /tools\.1: expected an object with a text "name", found an object$/],
    ['"prompts": []', '"prompts": {}', /prompts: expected a list, found an object$/],
    [
      '"varies": []',
      '"varies": ["moods"]',
      /varies: expected a list of instructions, tools, .*found a list$/,
    ],
  ];
  for (const [from, to, says] of cases) {
    assert.ok(text.includes(from), from);
    assert.match(refusal(text.replace(from, to)), says);
  }
});

test('a key that stands twice is refused, although JSON takes the last', () => {
  const twice = text.replace('"description":', '"description": "Sends mail",\n          "description":');
  assert.match(
    refusal(twice),
    /^catalog\/weather\/surface\.json:\d+:\d+: expected each key once, found "description" again$/,
  );
});

test('what is no JSON, or not in the form in which it was recorded, is refused at its place', () => {
  assert.match(refusal(text.slice(0, 30)), /:3:\d+: expected the closing quote/);
  assert.match(refusal(`${text}}`), /:\d+:1: expected the end of the file, found }/);
  assert.match(refusal(text.replace('  "dependsOn"', '\t"dependsOn"')), /:3:1: expected the form/);
  assert.match(refusal(text.replaceAll('\n', '\r\n')), /:1:2: expected the form/);
  assert.match(refusal(text.trimEnd()), /expected the form/);
  assert.match(refusal('[]'), /:1:1: expected an object, found a list$/);
  assert.match(refusal(''), /:1:1: expected a value, found the end of the file$/);
});

test('a surface that is too large or too deep is refused, not read', () => {
  assert.match(refusal(' '.repeat(maxSurfaceBytes + 1)), /expected up to 8388608 bytes/);
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
  assert.match(refusal(text.replace('"Tells the weather"', deep)), /levels|form/);
});

test('an entry without a surface has none; a file that is there counts', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'mcpcat-surface-'));
  try {
    assert.equal(await readSurfaceFile(folder), undefined);
    await writeFile(surfaceFile(folder), text);
    assert.deepEqual(await readSurfaceFile(folder), aSurface());
    await writeFile(surfaceFile(folder), '{}');
    await assert.rejects(readSurfaceFile(folder), { code: 'entry-invalid' });
  } finally {
    await rm(folder, { recursive: true });
  }
});
