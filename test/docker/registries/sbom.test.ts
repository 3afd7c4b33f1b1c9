/** The SPDX project's own validator, from PyPI, reads what we write. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, test } from 'node:test';
import { promisify } from 'node:util';
import { spdx } from '../../../src/sbom/spdx.ts';
import { closedAfterwards } from '../../rig/closed-afterwards.ts';
import { catalogInventory } from '../../rig/inventory.ts';

const timeout = 300_000;
const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-spdx-'));
const run = promisify(execFile);
const program = (name: string): string => path.join(folder, 'tools', 'bin', name);

before(
  async () => {
    await run('python3', ['-m', 'venv', path.join(folder, 'tools')]);
    await run(program('pip'), ['install', '--quiet', 'spdx-tools==0.8.5']);
  },
  { timeout },
);
closedAfterwards().defer(() => rmSync(folder, { recursive: true, force: true }));

function document(name: string, text: string): string {
  const file = path.join(folder, `${name}.spdx.json`);
  writeFileSync(file, text);
  return file;
}

for (const name of ['everything', 'time', 'github', 'git'])
  test(`spdx-tools finds the document of ${name} valid`, { timeout }, async () => {
    await run(program('pyspdxtools'), ['--infile', document(name, spdx(await catalogInventory(name)))]);
  });

test('spdx-tools finds a mistake', { timeout }, async () => {
  const text = spdx(await catalogInventory('time')).replace('"SPDXRef-Image"', '"Image"');
  await assert.rejects(run(program('pyspdxtools'), ['--infile', document('mistake', text)]));
});
