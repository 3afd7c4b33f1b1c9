import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { lateSurface, surfaceHead } from '../../src/surface/quick-surface.ts';
import { parseSurface } from '../../src/surface/read-surface.ts';
import { surfaceText } from '../../src/surface/surface-text.ts';
import type { Surface } from '../../src/surface/surface.ts';
import { aSurface } from './surfaces.ts';

const unexpected = (error: unknown): never => assert.fail(String(error));

function quick(text: string, onFault: (error: unknown) => void = unexpected): Surface {
  const head = surfaceHead(Buffer.from(text));
  assert.ok(head !== undefined);
  return lateSurface(head, { sha256: 'abc', whole: () => parseSurface(text, 's.json'), onFault });
}

test('every surface of the catalog reads as it does when it is parsed at once', () => {
  const files = readdirSync('catalog').map((name) => path.join('catalog', name, 'surface.json'));
  const texts = files.flatMap((file) => {
    try {
      return [readFileSync(file, 'utf8')];
    } catch {
      return [];
    }
  });
  assert.ok(texts.length > 100);
  for (const text of texts) assert.deepEqual(quick(text), parseSurface(text, 's.json'));
});

test('texts that look like the lists are what they are, and each revision has its own', () => {
  const [first] = aSurface().revisions;
  assert.ok(first !== undefined);
  const hostile = { ...first, instructions: ',\n      "tools": [\n    }', forAbleClients: ['now'] };
  const surface = aSurface({
    revisions: [{ ...hostile, protocolVersion: '2026-07-28', tools: [] }, hostile],
  });
  assert.deepEqual(quick(surfaceText(surface)), surface);
});

test('what stands before the lists is told without them; lists that are none are said once, and there are none', () => {
  const broken = surfaceText(aSurface({}, { instructions: 'Be brief.' })).replace('"now"', '7');
  const faults: unknown[] = [];
  const [revision] = quick(broken, (error) => faults.push(error)).revisions;
  assert.equal(revision?.instructions, 'Be brief.');
  assert.deepEqual(faults, []);
  assert.deepEqual([revision.tools, revision.prompts], [[], []]);
  assert.equal(faults.length, 1);
  assert.match(
    String(faults[0]),
    /s\.json:\d+:\d+: revisions\.0\.tools\.1: expected an object with a text "name"/,
  );
});

test('a surface in another form is the same, and what is no surface has no head', () => {
  assert.deepEqual(quick(JSON.stringify(aSurface())), aSurface());
  const text = surfaceText(aSurface());
  for (const other of ['', '{}', '7', text.slice(0, -20), text.replace('"varies": [', '"varied": [')])
    assert.equal(surfaceHead(Buffer.from(other)), undefined);
});
