import assert from 'node:assert/strict';
import { chmodSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { makeFolder, makeFolderNow } from '../../src/lib/make-folder.ts';
import { temporaryFolder } from './temporary.ts';

type Make = (folder: string, mode?: number) => Promise<void>;
const both: Readonly<Record<string, Make>> = {
  makeFolder,
  makeFolderNow: (folder, mode) => Promise.resolve().then(() => makeFolderNow(folder, mode)),
};

for (const [name, make] of Object.entries(both)) {
  test(`${name}: a folder is made with all above it, and one that is there is fine`, async (t) => {
    const folder = path.join(temporaryFolder(t), 'a/b/c');
    await make(folder, 0o700);
    await make(folder, 0o700);
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    assert.equal(statSync(path.dirname(folder)).mode & 0o777, 0o700);
    await Promise.all(Array.from({ length: 8 }, () => make(path.join(folder, 'd/e'))));
  });

  test(`${name}: where none can be made, that is said and not tried for ever`, async (t) => {
    const folder = temporaryFolder(t, { file: '' });
    symlinkSync('/nowhere/at/all', path.join(folder, 'dangling'));
    symlinkSync('loop', path.join(folder, 'loop'));
    for (const [inside, code] of [
      ['file/x', 'ENOTDIR'],
      ['file', 'EEXIST'],
      ['dangling/x/y', /^(EEXIST|ENOENT)$/],
      ['loop/x', 'ELOOP'],
      [`${'n'.repeat(300)}/x`, 'ENAMETOOLONG'],
    ] as const)
      await assert.rejects(make(path.join(folder, inside)), { code }, inside);
    // A folder that is there, takes no new ones, and says that it does not exist. Only Linux has one.
    if (process.platform === 'linux') await assert.rejects(make('/proc/mcpcat/x/y'), { code: 'ENOENT' });
  });

  test(`${name}: a folder that must not be written to is an error with its code`, async (t) => {
    const folder = temporaryFolder(t);
    chmodSync(folder, 0o500);
    const asRoot = process.getuid?.() === 0; // who may do everything
    if (!asRoot) await assert.rejects(make(path.join(folder, 'x')), { code: 'EACCES' });
    chmodSync(folder, 0o700);
  });
}
