/**
 * `npm run test:bases`: build bases are the same to their last byte whoever installs them: root, and a user with nothing
 * but Node and the engine's socket. Apart from the other tests because it takes minutes: Debian is installed twice.
 */
import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import type { Engine } from '../../src/engine/engine.ts';
import { randomId } from '../../src/lib/random-id.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { testEngine } from '../rig/engine.ts';
import { installPackage, nobody, type InstalledPackage } from '../rig/installed-package.ts';
import { manifestDigest } from '../rig/manifest-digest.ts';

let engine: Engine;
let installed: InstalledPackage;
const opened = closedAfterwards();

before(async () => {
  engine = await testEngine();
  installed = await installPackage(engine, opened);
});

interface Row {
  readonly kind: string;
  readonly stage: string;
  readonly state: string;
  readonly reference: string;
}

test(
  'root and a user without rights, tools or a PATH install the same build bases, by the engine alone',
  { timeout: 1_800_000 },
  async (t) => {
    // What a run that was ended left behind would count as made.
    const recipe = `installed-${randomId()}`;
    const found: { readonly id: string | undefined; readonly digest: string }[] = [];
    let earlier: string | undefined;
    for (const uid of [nobody, 0]) {
      const cache = await installed.cacheFor(t, { uid, recipe, kind: 'debian' });
      // What was fetched is kept by its hash, and looked at again: some 200 MB need not come once more.
      if (earlier !== undefined)
        cpSync(path.join(earlier, 'mcpcat/content'), path.join(cache, 'mcpcat/content'), { recursive: true });
      earlier = cache;
      const { code, stdout, stderr } = await installed.build(cache, uid);
      assert.equal(code, 0, stderr);
      const rows = JSON.parse(stdout) as readonly Row[];
      assert.deepEqual([...new Set(rows.map(({ state }) => state))], ['built']);
      const bases = rows.filter(({ stage }) => stage === 'build').map(({ reference }) => reference);
      for (const { reference } of rows) installed.made.add(reference);
      const [debian = '', go = '', ...others] = bases;
      assert.deepEqual(others, []);
      // The id of the first is the hash of all that it is; the second is that and a layer of the engine's own making.
      found.push({ id: (await engine.inspectImage(debian))?.id, digest: await manifestDigest(engine, go) });
      const left = await engine.inspectImage(`${debian}-unfinished`);
      assert.equal(left, undefined);
      for (const { reference } of [...rows].toReversed())
        await engine.removeImage(reference, { force: true });
    }
    assert.ok(found[0]?.id !== undefined);
    assert.deepEqual(found[0], found[1]);
  },
);
