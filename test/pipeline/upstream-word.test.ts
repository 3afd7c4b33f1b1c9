import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { recordUpstreamWord } from '../../src/pipeline/upstream-word.ts';
import { npmKey, answering } from '../rig/vouching-services.ts';
import { entryAt } from '../publish/rig.ts';
import { temporaryFolder } from '../lib/temporary.ts';

const key = npmKey();

/** A registry that signs, as npm's does, and has provenance of neither release. */
function answersFor(name: string, hashes: Readonly<Record<string, string>>): Map<string, object> {
  const releases = Object.entries(hashes).map(([version, integrity]): [string, object] => {
    const signatures = [{ keyid: key.keyid, sig: key.sign(`${name}@${version}:${integrity}`) }];
    return [`/${name}/${version}`, { dist: { integrity, signatures }, _npmUser: { name: 'somebody' } }];
  });
  return new Map([['/-/npm/v1/keys', { keys: [{ keyid: key.keyid, key: key.key }] }], ...releases]);
}

test('what holds is written beside the lock; provenance that was there before holds a release back unless it is reviewed', async (t) => {
  using entry = entryAt('1.0.0');
  const server = await entry.server();
  assert.ok(server.lock);
  const name = server.lock.source.replace(/^npm:/, '').replace(/(?<=.)@.*$/, '');
  const integrity = `sha512-${'A'.repeat(86)}==`;
  const artifact = {
    kind: 'npm' as const,
    name,
    version: '1.1.0',
    url: 'https://registry.npmjs.org/x.tgz',
    integrity,
  };
  const lock = { ...server.lock, source: `npm:${name}`, version: '1.1.0', artifacts: [artifact] };
  await using registry = await answering(answersFor(name, { '1.0.0': integrity, '1.1.0': integrity }));
  const cacheFolder = temporaryFolder(t);
  const run = { cacheFolder, env: { npm_config_registry: registry.url } };
  const folder = temporaryFolder(t);
  const request = { server, lock, folder, reviewed: false, run };
  const first = await recordUpstreamWord(request);
  assert.deepEqual(first.findings, []);
  assert.equal(first.record.checks.registrySignature?.state, 'ok');
  assert.deepEqual(first.record.checks.provenance, { state: 'absent' });
  const file = path.join(folder, 'upstream.json');
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), first.record);
  const known = { ...first.record.known, checks: ['provenance'], publisher: 'nobody' };
  writeFileSync(path.join(server.folder, 'upstream.json'), JSON.stringify({ ...first.record, known }));
  const severities = async (reviewed: boolean): Promise<string[]> =>
    (await recordUpstreamWord({ ...request, reviewed })).findings.map(
      ({ kind, severity }) => `${severity} ${kind}`,
    );
  assert.deepEqual(await severities(false), [
    'error upstream-word-gone',
    'warning upstream-publisher-changed',
  ]);
  assert.deepEqual(await severities(true), [
    'warning upstream-word-gone',
    'warning upstream-publisher-changed',
  ]);
});
