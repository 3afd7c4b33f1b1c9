import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { builderOf, checkoutOf } from '../../src/pipeline/checkout.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-checkout-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const file = path.join(folder, 'lock.json');
const git = (...args: string[]): string =>
  execFileSync('git', ['-C', folder, '-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args], {
    encoding: 'utf8',
  }).trim();

test('what lies in no repository has no commit', async () => {
  assert.equal(await checkoutOf(folder, { files: [], env: process.env }), undefined);
});

test('a commit is named, with the repository where the workflow is of it, and what was changed since', async () => {
  writeFileSync(file, '{}');
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '--message', 'One');
  const commit = git('rev-parse', 'HEAD');
  const env = {
    ...process.env,
    GITHUB_REPOSITORY: 'owner/repo',
    GITHUB_SHA: commit,
    GITHUB_REF: 'refs/heads/main',
  };
  const request = { files: [file], env };
  assert.deepEqual(await checkoutOf(folder, request), {
    repository: 'https://github.com/owner/repo',
    ref: 'refs/heads/main',
    commit,
    changed: false,
  });
  writeFileSync(path.join(folder, 'image.json'), '{}');
  assert.equal((await checkoutOf(folder, request))?.changed, false, 'what comes out does not go in');
  appendFileSync(file, '\n');
  assert.equal((await checkoutOf(folder, request))?.changed, true);
  const other = await checkoutOf(folder, { files: [], env: { ...env, GITHUB_SHA: 'f'.repeat(40) } });
  assert.deepEqual([other?.repository, other?.ref], [undefined, undefined]);
});

test('the builder is the workflow, with its run; elsewhere this machine', () => {
  assert.deepEqual(builderOf({}, '1.0.0'), {
    id: 'https://mcpcat.dev/builder/local',
    version: '1.0.0',
    invocation: undefined,
  });
  const env = {
    GITHUB_ACTIONS: 'true',
    GITHUB_WORKFLOW_REF: 'owner/repo/.github/workflows/rebuild.yml@refs/heads/main',
    GITHUB_REPOSITORY: 'owner/repo',
    GITHUB_RUN_ID: '7',
    GITHUB_RUN_ATTEMPT: '2',
  };
  assert.deepEqual(builderOf(env, '1.0.0'), {
    id: 'https://github.com/owner/repo/.github/workflows/rebuild.yml@refs/heads/main',
    version: '1.0.0',
    invocation: 'https://github.com/owner/repo/actions/runs/7/attempts/2',
  });
});
