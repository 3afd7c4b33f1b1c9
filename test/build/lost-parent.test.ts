import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { loadBases } from '../../src/base/references.ts';
import { buildServer } from '../../src/build/build-server.ts';
import { loadServer } from '../../src/catalog/load.ts';
import { cacheFolder } from '../../src/lib/cache-folder.ts';
import { projectFolder } from '../../src/lib/project.ts';
import { events, standIn, type Answer } from '../engine/stand-in.ts';

/** The engine's words when another build's image went, and took the first steps with it (moby, builder/dockerfile). */
const lost = {
  error: 'failed to export image: failed to set parent sha256:ab: unknown parent image ID sha256:ab',
};

// A stand-in, because the real one does this only if two builds meet within milliseconds.
async function builds(t: Parameters<typeof standIn>[0], answers: readonly object[]): Promise<number> {
  const templates = path.join(projectFolder(), 'templates');
  const bases = await loadBases(templates, 'linux/amd64');
  const found: Answer = (_, response) =>
    response.end('{"Id":"sha256:1","Size":1,"Config":{"Labels":{}},"RepoTags":[]}');
  let count = 0;
  const engine = await standIn(t, {
    'POST /build': (request, response) => events(answers[count++])(request, response),
    ...Object.fromEntries(
      Object.values(bases.python).map(({ reference }) => [`GET /images/${encodeURI(reference)}/json`, found]),
    ),
  });
  await buildServer(await loadServer('catalog', 'time'), {
    ...{ engine, bases, templates, platform: 'linux/amd64', env: process.env, force: true },
    cacheFolder: cacheFolder(process.env),
    emit: () => undefined,
  });
  return count;
}

test('a build whose first steps were taken away is made once more', { timeout: 120_000 }, async (t) => {
  assert.equal(await builds(t, [lost, { aux: { ID: 'sha256:1' } }]), 2);
});

test('but only once, and no other failure is tried again', { timeout: 120_000 }, async (t) => {
  await assert.rejects(builds(t, [lost, lost]), { code: 'build-failed', message: /unknown parent image/ });
  await assert.rejects(builds(t, [{ error: 'exit code 1' }]), { code: 'build-failed' });
});
