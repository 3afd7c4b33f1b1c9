import assert from 'node:assert/strict';
import { open, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import { pack as tarPack } from 'tar-stream';
import { treeLayer } from '../../src/base/tree-layer.ts';
import { temporaryFolder } from '../lib/temporary.ts';

/** The digest of the layer of a tree with one file and these folders. */
async function digestOf(t: TestContext, folders: readonly string[]): Promise<string> {
  const pack = tarPack();
  const whole = buffer(pack);
  for (const name of folders) pack.entry({ name: `${name}/`, type: 'directory', mode: 0o755 });
  pack.entry({ name: 'etc/hostname', mode: 0o644 }, 'x');
  pack.finalize();
  const name = path.join(temporaryFolder(t), 'tree.tar');
  await writeFile(name, await whole);
  await using file = await open(name);
  return (await treeLayer(file, () => true)).digest;
}

test('an engine that leaves out where the kernel’s file systems are mounted makes the same layer', async (t) => {
  const whole = await digestOf(t, ['etc', 'proc', 'sys']);
  assert.equal(await digestOf(t, ['etc']), whole);
  assert.equal(await digestOf(t, ['sys', 'etc']), whole);
  assert.notEqual(await digestOf(t, ['etc', 'srv']), whole);
});
