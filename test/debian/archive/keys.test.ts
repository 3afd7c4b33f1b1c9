import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { archiveKeys } from '../../../src/debian/archive/keys.ts';
import { project } from '../../rig/engine.ts';

test('the kept keys of the Debian archive are those whose fingerprints stand beside them', async () => {
  const templates = path.join(project, 'templates');
  const text = await readFile(path.join(templates, 'debian-keys', 'README.md'), 'utf8');
  const written = [...text.matchAll(/\| `([0-9A-F ]{40,})`/g)].map(([, words = '']) =>
    words.replaceAll(' ', ''),
  );
  const kept = (await archiveKeys(templates)).map((key) => key.getFingerprint().toUpperCase());
  assert.equal(written.length, 3);
  assert.deepEqual(kept.toSorted(), written.toSorted());
});
