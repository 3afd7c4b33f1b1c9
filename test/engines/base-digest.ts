/**
 * Bases are the same to their last byte whichever engine makes them: here, by a user without rights, tools or a PATH,
 * against those that this machine's first engine has. Run by engines.ts on each, with DOCKER_HOST, MCPCAT_ENGINE_FOLDER
 * and MCPCAT_ENGINE_FIRST, the first engine's address.
 */
import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
} from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { readBaseLock } from '../../src/base/base-lock.ts';
import { connectEngine } from '../../src/engine/connect.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { ownBases, ownPlatform, project, testEngine } from '../rig/engine.ts';
import { buildBase, installInto, nobody } from '../rig/installed-package.ts';
import { manifestDigest } from '../rig/manifest-digest.ts';
import { given } from './given.ts';
import { note } from './note.ts';

const timeout = 1_200_000;
const folder = mkdtempSync(path.join(given('MCPCAT_ENGINE_FOLDER'), 'bases-'));
const installed = path.join(folder, 'installed');
const cache = path.join(folder, 'cache');
let engine: Engine;
let first: Engine;

before(async () => {
  engine = await testEngine();
  first = await connectEngine({ endpoint: given('MCPCAT_ENGINE_FIRST'), env: {} });
  installInto(installed);
  await takeFetched();
  for (const place of [folder, given('MCPCAT_ENGINE_FOLDER')]) chmodSync(place, 0o755);
  chmodSync(given('DOCKER_HOST').replace('unix://', ''), 0o666);
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** What this machine has fetched already is there by its hash, and is looked at again before it is used. */
async function takeFetched(): Promise<void> {
  const templates = path.join(project, 'templates');
  const [debian, python] = await Promise.all([
    readBaseLock(templates, 'debian', ownPlatform),
    readBaseLock(templates, 'python', ownPlatform),
  ]);
  for (const { sha256 } of [...debian.build, ...python.runtime]) {
    const kept = path.join('content/sha256', sha256.slice(0, 2), sha256.slice(2));
    const fetched = path.join(given('MCPCAT_ENGINE_CACHE'), kept);
    if (existsSync(fetched)) cpSync(fetched, path.join(cache, 'mcpcat', kept));
  }
  mkdirSync(cache, { recursive: true });
  for (const name of ['', ...readdirSync(cache, { recursive: true, encoding: 'utf8' })])
    chownSync(path.join(cache, name), nobody, nobody);
}

interface Row {
  readonly kind: string;
  readonly stage: string;
  readonly state: string;
  readonly reference: string;
}

test(
  'bases that a plain user makes here are those of the first engine, to the last byte',
  { timeout },
  async () => {
    // It came with the images of the other tests.
    const { python } = await ownBases();
    await engine.removeImage(python.runtime.reference, { force: true });
    const address = given('DOCKER_HOST');
    const { code, stdout, stderr } = await buildBase({
      folder: installed,
      address,
      kind: 'python',
      cache,
      uid: nobody,
    });
    assert.equal(code, 0, stderr);
    const digests: Record<string, string> = {};
    for (const { kind, stage, state, reference } of JSON.parse(stdout) as Row[]) {
      assert.equal(state, 'built', reference);
      digests[`${kind}-${stage}`] = await manifestDigest(engine, reference);
      assert.equal(digests[`${kind}-${stage}`], await manifestDigest(first, reference), reference);
    }
    assert.deepEqual(Object.keys(digests), ['debian-build', 'python-build', 'python-runtime']);
    note({ bases: digests });
  },
);
