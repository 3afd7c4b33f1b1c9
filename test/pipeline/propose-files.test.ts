import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { connectGitHub } from '../../src/forge/github.ts';
import { proposeFiles, type FilesProposed } from '../../src/pipeline/propose-files.ts';
import { FakeGitHub } from '../forge/fake-github.ts';
import { temporaryFolder } from '../lib/temporary.ts';

test('what differs from the default branch becomes one pull request, and nothing else does', async (t) => {
  await using github = await FakeGitHub.start();
  const root = temporaryFolder(t);
  const write = (name: string, text: string | Buffer): void => {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  };
  write('README.md', 'hello\n');
  write('catalog/time/image.json', '{}\n');
  write('catalog/time/.image.json.123', 'half');
  const proposed = async (...places: string[]): Promise<FilesProposed> => {
    const forge = connectGitHub(github.env, { cacheFolder: path.join(root, '.cache') });
    assert.ok(forge);
    const repository = { owner: 'someone', repo: 'catalog' };
    const words = { branch: 'mcpcat/published', title: 'Published', body: 'Digests.' };
    return proposeFiles({ github: forge, repository, root: root, places, ...words });
  };
  assert.deepEqual(await proposed('README.md'), { files: [], pullRequest: undefined });
  assert.equal(github.pulls.length, 0);

  const first = await proposed('README.md', 'catalog');
  assert.deepEqual(first.files, ['catalog/time/image.json']);
  assert.equal(first.pullRequest?.state, 'made');
  assert.match(github.pulls[0]?.body ?? '', /^Digests\.\n\n- `catalog\/time\/image\.json`/);
  assert.equal(github.files('mcpcat/published').get('catalog/time/image.json'), '{}\n');
  assert.equal((await proposed('catalog')).pullRequest?.state, 'unchanged');

  write('catalog/time/image.json', '{"a":1}\n');
  assert.equal((await proposed('catalog')).pullRequest?.state, 'updated');
  assert.equal(github.pulls.length, 1);

  write('catalog/time/logo.png', Buffer.from([0xff, 0xfe]));
  await assert.rejects(proposed('catalog'), { code: 'usage', message: /logo\.png: expected text/ });
  await assert.rejects(proposed('nowhere'), { code: 'usage', message: /found nothing/ });
  await assert.rejects(proposed('..'), { code: 'usage', message: /expected a place inside/ });
});
