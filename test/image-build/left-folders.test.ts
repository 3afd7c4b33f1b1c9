import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { removeLeftFolders } from '../../src/image-build/left-folders.ts';
import { temporaryFolder } from '../lib/temporary.ts';

test('what a killed build left is removed a day later, and nothing else', async (t) => {
  const parent = temporaryFolder(t);
  const day = 86_400;
  for (const [name, age] of [
    ['mcpcat-build-old', day + 60],
    ['mcpcat-build-new', 60],
    ['other-old', 2 * day],
  ] as const) {
    const folder = path.join(parent, name);
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'x'), '');
    utimesSync(folder, Date.now() / 1000 - age, Date.now() / 1000 - age);
  }
  symlinkSync(path.join(parent, 'other-old'), path.join(parent, 'mcpcat-build-link'));
  await removeLeftFolders(parent, 'mcpcat-build-');
  assert.deepEqual(readdirSync(parent).sort(), ['mcpcat-build-link', 'mcpcat-build-new', 'other-old']);
  await removeLeftFolders(path.join(parent, 'nowhere'), 'mcpcat-build-');
});
