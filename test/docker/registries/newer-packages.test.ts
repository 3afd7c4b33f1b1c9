import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { baseRef, loadBases } from '../../../src/base/references.ts';
import { newestVersions, type AptPlace } from '../../../src/debian/confined-apt.ts';
import { newerPackages } from '../../../src/debian/newer-packages.ts';
import { project, testEngine } from '../../rig/engine.ts';

const timeout = 240_000;
const debian = 'http://deb.debian.org/debian';

/** With a cache of its own: what an earlier run fetched says nothing of a mirror. */
async function placeOf(mirror: string, cacheFolder: string): Promise<AptPlace> {
  const templates = path.join(project, 'templates');
  const base = await baseRef(templates, { kind: 'debian', stage: 'build', platform: 'linux/amd64' });
  return { engine: await testEngine(), image: base.reference, mirror, templates, cacheFolder };
}

test(
  'a package of a base that the mirror has newer is named, and changes every base that has it',
  { timeout },
  async () => {
    const root = mkdtempSync(path.join(tmpdir(), 'mcpcat-newer-'));
    try {
      const templates = path.join(root, 'templates');
      cpSync(path.join(project, 'templates'), templates, { recursive: true });
      cpSync(path.join(project, 'src/init'), path.join(root, 'src/init'), { recursive: true });
      const before = await loadBases(templates, 'linux/amd64');
      const file = path.join(templates, 'base', 'python', 'lock.json');
      const text = readFileSync(file, 'utf8');
      const older = text.replace(/("name": "tzdata",\s+"version": ")[^"]+/, '$12020a-1');
      assert.notEqual(older, text);
      writeFileSync(file, older);
      const place = await placeOf(debian, path.join(root, 'cache'));
      const newest = (names: readonly string[]): ReturnType<typeof newestVersions> =>
        newestVersions(place, names);
      const found = await newerPackages({ templates, platforms: ['linux/amd64'], newest });
      const old = found.find(({ locked }) => locked === '2020a-1');
      assert.deepEqual([old?.kind, old?.name], ['python', 'tzdata']);
      assert.match(old?.newest ?? '', /^20\d\d/);
      const after = await loadBases(templates, 'linux/amd64');
      assert.notEqual(after.python.runtime.fingerprint, before.python.runtime.fingerprint);
      assert.equal(after.node.runtime.fingerprint, before.node.runtime.fingerprint);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  },
);

test('a mirror that does not answer is an error, not good news', { timeout }, async () => {
  const root = mkdtempSync(path.join(tmpdir(), 'mcpcat-nowhere-'));
  try {
    const place = await placeOf('http://127.0.0.1:1/debian', root);
    await assert.rejects(newestVersions(place, ['tzdata:amd64']), { code: 'upstream-unavailable' });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
