/** A user hands a repository to the git server as it lies there: whoever it belongs to, if it can be read it works. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { talk } from '../rig/talk.ts';

const timeout = 120_000;
const isRoot = process.getuid?.() === 0;

function repository(t: TestContext, { owner, mode }: { owner: number; mode: number }): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-git-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const git = (...words: readonly string[]): void => {
    const own = [
      '-c',
      'user.name=nobody',
      '-c',
      'user.email=nobody@example.com',
      '-c',
      'commit.gpgsign=false',
    ];
    execFileSync('git', ['-C', folder, ...own, ...words], { stdio: 'ignore' });
  };
  git('init', '--initial-branch=main');
  writeFileSync(path.join(folder, 'file'), 'text');
  git('add', '.');
  git('commit', '--message', 'the first of all');
  if (isRoot) execFileSync('chown', ['-R', `${String(owner)}:${String(owner)}`, folder]);
  chmodSync(folder, mode);
  return folder;
}

/** Only root can make files of others; everybody else has at least their own. */
const cases = [
  { what: 'of another user, readable for all', owner: 1000, mode: 0o755, as: '' },
  { what: 'of another user, readable for its owner alone', owner: 1000, mode: 0o700, as: '' },
  { what: 'of another user, handed over for writing', owner: 1000, mode: 0o755, as: ':rw' },
  ...(isRoot ? [{ what: 'of root, readable for all', owner: 0, mode: 0o755, as: '' }] : []),
];
for (const { what, owner, mode, as } of cases)
  test(`git reads a repository ${what}`, { timeout }, async (t) => {
    const folder = repository(t, { owner, mode });
    const client = await talk(['git', '--mount', `repository=${folder}${as}`]);
    try {
      const answer = JSON.stringify(await client.call('git_log', { repo_path: '/repository' }));
      assert.doesNotMatch(answer, /"isError":true/);
      assert.match(answer, /the first of all/);
    } finally {
      await client.close();
    }
  });
