import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadServer } from '../../src/catalog/load.ts';
import { connectGitHub } from '../../src/forge/github.ts';
import { askGitHub } from '../../src/pipeline/ask-github.ts';
import { entryText, lockText } from '../catalog/entry-text.ts';
import { FakeGitHub } from '../forge/fake-github.ts';
import { temporaryFolder } from '../lib/temporary.ts';

test('what could not be asked is a notice; what its user has ended is ended', async (t) => {
  const folder = temporaryFolder(t, {
    'echo/server.yaml': entryText('echo').replace(/repository: .*/, 'repository: https://github.com/a/echo'),
    'echo/lock.json': lockText(),
  });
  const servers = [await loadServer(folder, 'echo')];
  await using fake = await FakeGitHub.start();
  const cacheFolder = temporaryFolder(t);
  const away = connectGitHub({ ...fake.env, GITHUB_API_URL: 'http://127.0.0.1:1' }, { cacheFolder });
  const { notices } = await askGitHub(away, servers);
  assert.match(notices.join('\n'), /repositories were not looked at[\s\S]*advisories were not looked at/);
  const ended = connectGitHub(fake.env, { cacheFolder, signal: AbortSignal.abort() });
  await assert.rejects(askGitHub(ended, servers), { code: 'cancelled' });
});
