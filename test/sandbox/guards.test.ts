import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { guardsOf, madeSince } from '../../src/sandbox/guards.ts';
import { mountsOf } from '../../src/sandbox/mounts.ts';
import { hostPaths } from '../../src/sandbox/paths.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { entryOf, fakePaths, refused } from './fixtures.ts';

const entry = entryOf({
  permissions: { mounts: [{ name: 'data', target: '/data', mode: 'rw', description: 'Data' }] },
});
const folder = (source: string) => ({ name: 'data', source, target: '/data' }) as const;

/** A folder with a repository in it as git makes one, and a project's usual files. */
function repository(t: TestContext): string {
  const root = temporaryFolder(t, {
    '.git/HEAD': 'ref: refs/heads/main\n',
    '.git/config': '[core]\n',
    '.git/hooks/pre-commit.sample': '',
    '.git/objects/keep': '',
    '.git/modules/sub/HEAD': '',
    '.git/modules/sub/config': '',
    '.git/modules/sub/objects/keep': '',
    '.envrc': '',
    '.husky/pre-commit': '',
    '.vscode/tasks.json': '{}',
    'sub/.git': 'gitdir: ../.git/modules/sub\n',
    'src/index.ts': '',
    'package.json': '{}',
  });
  return root;
}

test('what this machine runs by itself is read-only on top, and what is above it can not be moved away', (t) => {
  const source = repository(t);
  const { mounts, written } = guardsOf(folder(source), hostPaths('/nonexistent'));
  assert.deepEqual(
    mounts.map(({ target, readOnly }) => `${target}${readOnly ? ' ro' : ''}`),
    [
      '/data/.envrc ro',
      '/data/.git',
      '/data/.git/config ro',
      '/data/.git/hooks ro',
      '/data/.git/modules',
      '/data/.git/modules/sub',
      '/data/.git/modules/sub/config ro',
      '/data/.husky ro',
      '/data/.vscode ro',
      '/data/sub',
      '/data/sub/.git ro',
    ],
  );
  assert.ok(mounts.every(({ source: from, target }) => from === `${source}${target.slice('/data'.length)}`));
  assert.equal(written.guarded.length, 7);
});

test('a .git that lacks what makes it a repository is guarded as well: a server could add the rest', (t) => {
  const source = temporaryFolder(t, { '.git/config': '', 'sub/.git/hooks/pre-commit': '', 'doc/config': '' });
  const { written } = guardsOf(folder(source), hostPaths('/nonexistent'));
  assert.deepEqual(written.guarded, ['.git/config', 'sub/.git/hooks']);
});

/** What is read-only in a folder of these files. */
function guardedIn(t: TestContext, files: Readonly<Record<string, string>>): readonly string[] {
  return guardsOf(folder(temporaryFolder(t, files)), hostPaths('/nonexistent')).written.guarded;
}

test('the folder that a .git file names is guarded as .git is, wherever it lies and whatever it lacks', (t) => {
  const guarded = guardedIn(t, {
    'app/.git': 'gitdir: ../a/b/c/d/e/f/store\n',
    'a/b/c/d/e/f/store/config': '',
    'a/b/c/d/e/f/store/hooks/pre-commit': '',
    'tree/.git': 'gitdir: ../node_modules/x/worktrees/tree\r\n',
    'node_modules/x/worktrees/tree/commondir': '../..\n',
    'node_modules/x/config': '',
    'away/.git': 'gitdir: /srv/elsewhere\n',
    'gone/.git': 'gitdir: ../nothing\n',
  });
  assert.deepEqual(guarded, [
    'a/b/c/d/e/f/store/config',
    'a/b/c/d/e/f/store/hooks',
    'app/.git',
    'away/.git',
    'gone/.git',
    'node_modules/x/config',
    'node_modules/x/worktrees/tree/commondir',
    'tree/.git',
  ]);
});

test('submodules and work trees of a repository are guarded at any depth, under any name', (t) => {
  const guarded = guardedIn(t, {
    '.git/HEAD': '',
    '.git/modules/libs/deep/er/and/deeper/config': '',
    '.git/modules/logs/hooks/post-checkout': '',
    '.git/modules/libs/deep/er/and/deeper/modules/inner/HEAD': '',
    '.git/modules/libs/deep/er/and/deeper/modules/inner/config': '',
    '.git/worktrees/fix/commondir': '../..\n',
    '.git/worktrees/fix/gitdir': '/srv/fix/.git\n',
    '.git/objects/config': '',
  });
  assert.deepEqual(guarded, [
    '.git/modules/libs/deep/er/and/deeper/config',
    '.git/modules/libs/deep/er/and/deeper/modules/inner/config',
    '.git/modules/logs/hooks',
    '.git/worktrees/fix/commondir',
    '.git/worktrees/fix/gitdir',
  ]);
});

test('what the configuration of a repository has git run from the project is guarded too', (t) => {
  const guarded = guardedIn(t, {
    '.git/config':
      '[core]\n\thooksPath = "scripts/git hooks" ; ours\n[include]\n\tpath = ../team.gitconfig\n[x] path = ~/no\n',
    'scripts/git hooks/pre-push': '',
    'team.gitconfig': '[core] hooksPath=more/hooks\n[include]\npath = ../outside\n',
    'more/hooks/pre-push': '',
    'logs/sub/.git/config': '',
  });
  assert.deepEqual(guarded, [
    '.git/config',
    'logs/sub/.git/config',
    'more/hooks',
    'scripts/git hooks',
    'team.gitconfig',
  ]);
});

test('hooks that are run from the folder itself, or by way of a link in it, can not be guarded', (t) => {
  const whole = temporaryFolder(t, { '.git/config': '[core]\nhooksPath = .\n' });
  assert.throws(
    () => guardsOf(folder(whole), hostPaths('/nonexistent')),
    refused('entry-refused', /is where git is told to run hooks from/),
  );
  const linked = temporaryFolder(t, { 'sub/.git': 'gitdir: ../way/x\n', 'store/x/config': '' });
  symlinkSync('store', path.join(linked, 'way'));
  assert.throws(
    () => guardsOf(folder(linked), hostPaths('/nonexistent')),
    refused('entry-refused', /holds way\/x, which your machine runs by itself and which is a link/),
  );
});

test('only a folder handed over for writing is guarded, and not with rw-all', (t) => {
  const hostPath = repository(t);
  const guardsWith = (mode: 'ro' | 'rw' | 'rw-all'): number =>
    mountsOf(entry, [{ name: 'data', hostPath, mode }], hostPaths('/nonexistent')).flatMap(
      ({ guards }) => guards,
    ).length;
  assert.deepEqual(
    [guardsWith('ro') === 0, guardsWith('rw') > 0, guardsWith('rw-all') === 0],
    [true, true, true],
  );
});

test('a folder without anything of that kind has no guard', (t) => {
  const source = temporaryFolder(t, { 'a/b.txt': '', 'node_modules/x/.envrc': '' });
  assert.deepEqual(guardsOf(folder(source), hostPaths('/nonexistent')).mounts, []);
});

test('a link in such a place is refused, since its name could be given to something else', (t) => {
  const source = temporaryFolder(t, { 'hooks/x': '' });
  symlinkSync('hooks', path.join(source, '.husky'));
  assert.throws(
    () => guardsOf(folder(source), hostPaths('/nonexistent')),
    refused('entry-refused', /holds \.husky, which your machine runs by itself and which is a link/),
  );
});

test('a place that is run by itself, or programs are started from, is not handed over for writing at all', () => {
  const paths = fakePaths({}, undefined, { programFolders: ['/srv/bin'] });
  for (const source of [
    '/srv/x/.git',
    '/srv/x/.git/hooks',
    '/srv/x/.vscode',
    '/srv/x/.husky/_',
    '/srv/bin',
    '/srv/bin/x',
  ])
    assert.throws(
      () => guardsOf(folder(source), paths),
      refused('entry-refused', /your machine runs/),
      source,
    );
  const around = guardsOf(folder('/srv'), paths).mounts;
  assert.deepEqual(
    around.map(({ source, readOnly }) => [source, readOnly]),
    [['/srv/bin', true]],
  );
});

test('a folder with too many folders or projects is refused instead of guarded in part', (t) => {
  const paths = fakePaths();
  const endless = {
    ...paths,
    entries: () => Array.from({ length: 90 }, (_, n) => ({ name: `d${String(n)}`, kind: 'folder' }) as const),
  };
  assert.throws(() => guardsOf(folder('/srv/x'), endless), refused('entry-refused', /too many folders/));
  const source = temporaryFolder(t);
  for (let at = 0; at < 120; at++) {
    mkdirSync(path.join(source, `p${String(at)}`));
    writeFileSync(path.join(source, `p${String(at)}`, '.envrc'), '');
  }
  assert.throws(
    () => guardsOf(folder(source), hostPaths('/nonexistent')),
    refused('entry-refused', /holds 120 places that your machine runs by itself/),
  );
});

test('what was not there before is told afterwards', (t) => {
  const source = repository(t);
  const paths = hostPaths('/nonexistent');
  const { written } = guardsOf(folder(source), paths);
  assert.deepEqual(madeSince(written, paths), []);
  writeFileSync(path.join(source, '.git/commondir'), '.');
  mkdirSync(path.join(source, 'src/.idea'));
  assert.deepEqual(madeSince(written, paths), [`${source}/.git/commondir`, `${source}/src/.idea`]);
});

test('every mount of a folder carries device and inode of what was judged', (t) => {
  const source = repository(t);
  const paths = hostPaths('/nonexistent');
  const [handed] = mountsOf(entry, [{ name: 'data', hostPath: source, mode: 'rw' }], paths);
  assert.ok(handed);
  for (const { source: from, identity } of [handed.folder, ...handed.guards])
    assert.equal(identity, paths.identityOf(from));
  assert.match(handed.folder.identity ?? '', /^\d+:\d+$/);
});
