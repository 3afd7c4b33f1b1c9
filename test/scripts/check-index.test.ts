import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { parse } from 'yaml';
import { connectGitHub, type GitHub } from '../../src/forge/github.ts';
import { propose } from '../../src/forge/pull-request.ts';
import { parseCatalogIndex } from '../../src/catalog-index/parse-catalog-index.ts';
import { FakeGitHub } from '../forge/fake-github.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { checkIndex, type IndexVerdict } from '../../scripts/check/index-check.ts';
import { runHere } from '../rig/in-process.ts';

/**
 * Real git repositories and the very check that pull requests run. The fake GitHub makes the branches, by the
 * calls that `update --pr` and `propose` make; git merges them.
 */
const project = path.resolve(import.meta.dirname, '../..');
const script = path.join(project, 'scripts/check-index.ts');
const entries = ['memory', 'time'];

interface Checkout {
  readonly folder: string;
  readonly git: (...args: readonly string[]) => string;
  readonly index: () => Promise<void>;
  /** As the workflow runs it on the merge of a pull request, or a person on their machine. */
  readonly check: (where: 'pull request' | 'here') => Promise<IndexVerdict>;
  readonly edit: (file: string, change: (text: string) => string) => void;
}

/** A repository whose `main` has two entries, and what index wrote of them. */
async function checkout(t: TestContext): Promise<Checkout> {
  const folder = temporaryFolder(t, { 'docs/other.md': 'Other.\n' });
  for (const name of entries) {
    const entry = path.join(folder, 'catalog', name);
    cpSync(path.join(project, 'catalog', name), entry, { recursive: true });
    // Of a proof from before there were surfaces: the pull requests here change tools, and no server runs that says so.
    rmSync(path.join(entry, 'surface.json'), { force: true });
    const proof = readFileSync(path.join(entry, 'proof.json'), 'utf8');
    writeFileSync(path.join(entry, 'proof.json'), proof.replace(/^ {2}"surface": .*\n/m, ''));
  }
  const config = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
  const env = { ...process.env, ...config, GITHUB_BASE_REF: '' };
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
      cwd: folder,
      env,
      encoding: 'utf8',
    });
  const mcpcat = (args: readonly string[]) => runHere(args, env);
  const index = async (): Promise<void> => {
    const [catalog, page] = [path.join(folder, 'catalog'), path.join(folder, 'docs/catalog.md')];
    const { code, stderr } = await mcpcat(['index', '--catalog', catalog, '--page', page]);
    assert.equal(code, 0, stderr);
  };
  const check: Checkout['check'] = async (where) => {
    const ref = where === 'pull request' ? 'main' : '';
    return checkIndex({ folder, env: { ...env, GITHUB_BASE_REF: ref }, mcpcat });
  };
  const edit: Checkout['edit'] = (file, change) => {
    const place = path.join(folder, file);
    writeFileSync(place, change(readFileSync(place, 'utf8')));
  };
  git('init', '-q', '-b', 'main');
  await index();
  git('add', '.');
  git('commit', '-qm', 'first');
  return { folder, git, index, check, edit };
}

/** A newer release of an entry, as `update --pr` proposes it: files of the entry's folder and no others. */
async function updatePull(github: GitHub, { folder }: Checkout, name: string): Promise<string> {
  const place = `catalog/${name}`;
  const text = (file: string): string => readFileSync(path.join(folder, place, file), 'utf8');
  const branch = `mcpcat/update-${name}`;
  await propose(github, {
    repository: { owner: 'someone', repo: 'catalog' },
    branch,
    title: `${name} is newer`,
    body: '',
    files: {
      [`${place}/tools.json`]: text('tools.json').replace(/"description": "/, '"description": "Newer: '),
      [`${place}/proof.json`]: text('proof.json').replace(/"date": "[\d-]+"/, '"date": "2026-12-24"'),
      [`${place}/lock.json`]: text('lock.json').replace(/"published": "[^"]+"/, '"published": "2026-12-23"'),
    },
  });
  return branch;
}

/** Puts a branch of the fake GitHub into the repository, from `main`, and merges it as GitHub does for its checks. */
function fetchPull({ folder, git }: Checkout, github: FakeGitHub, branch: string): void {
  git('checkout', '-q', '-b', branch, 'main');
  for (const [file, text] of github.files(branch)) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  }
  git('add', '.');
  git('commit', '-qm', branch);
  git('checkout', '-q', '--detach', 'main');
  git('merge', '-q', '--no-ff', '-m', 'merge', branch);
}

test('two pull requests for two entries are green, merge without conflict, and main is written anew', async (t) => {
  await using github = await FakeGitHub.start();
  const forge = connectGitHub(github.env, { cacheFolder: temporaryFolder(t) });
  assert.ok(forge);
  const main = await checkout(t);
  const branches: string[] = [];
  for (const name of entries) branches.push(await updatePull(forge, main, name));
  for (const branch of branches) {
    fetchPull(main, github, branch);
    const { fault, notice } = await main.check('pull request');
    assert.equal(fault, undefined);
    assert.match(notice ?? '', /behind the entries/, 'it is a change that the file does not show yet');
  }
  main.git('checkout', '-q', 'main');
  for (const branch of branches) main.git('merge', '-q', '--no-ff', '-m', branch, branch);
  assert.equal((await main.check('here')).fault, undefined);

  main.git('checkout', '-q', '-b', 'mcpcat/published');
  await main.index();
  const { servers } = parseCatalogIndex(
    readFileSync(path.join(main.folder, 'catalog.json'), 'utf8'),
    'catalog.json',
  );
  for (const name of entries) assert.equal(servers[name]?.freshness.released, '2026-12-23', name);
  assert.deepEqual(await main.check('here'), {});
});

test('who touches what index writes must have it right', async (t) => {
  const { git, index, check, edit } = await checkout(t);
  git('checkout', '-q', '-b', 'mine');
  const files = ['catalog.json', 'catalog.tools/time.json', 'docs/catalog.md'];
  for (const file of files) edit(file, (text) => text.replace('time', 'tide'));
  const { fault = '' } = await check('here');
  for (const file of files) assert.ok(fault.includes(`${file} is not what the catalog says`), fault);
  assert.match(fault, /this change touches what mcpcat index writes/);
  git('checkout', '-q', ...files);
  edit('catalog/time/server.yaml', (text) => text.replace(/^title: .*$/m, 'title: Another'));
  await index();
  git('commit', '-qam', 'written with its entry');
  assert.deepEqual(await check('here'), {});
  edit('catalog.json', (text) => text.replace('Another', 'A third'));
  git('commit', '-qam', 'by hand');
  git('checkout', '-q', '--detach', 'main');
  git('merge', '-q', '--no-ff', '-m', 'merge', 'mine');
  assert.match((await check('pull request')).fault ?? '', /this change touches/);
});

test('a broken entry is red, and so is a catalog.json that this mcpcat can not read', async (t) => {
  const { git, check, edit } = await checkout(t);
  for (const file of ['catalog/time/server.yaml', 'catalog/memory/tools.json'])
    edit(file, (text) => `{${text}`);
  const broken = (await check('here')).fault ?? '';
  assert.match(broken, /time\/server\.yaml:\d+:\d+/);
  assert.match(broken, /memory\/tools\.json.*it is not JSON/);
  git('checkout', '-q', 'catalog');
  edit('catalog.json', (text) => text.replace('"catalogVersion": 3', '"catalogVersion": 1'));
  git('commit', '-qam', 'main has an old one');
  assert.match((await check('here')).fault ?? '', /catalogVersion: expected 3, found 1/);
});

test('the script says it, with an exit code', async (t) => {
  const { folder, edit } = await checkout(t);
  const env = { ...process.env, GITHUB_BASE_REF: '' };
  const run = () => spawnSync(process.execPath, [script], { cwd: folder, env, encoding: 'utf8' });
  const good = run();
  assert.deepEqual([good.status, good.stdout], [0, '']);
  edit('docs/catalog.md', (text) => `${text}more\n`);
  const bad = run();
  assert.equal(bad.status, 1);
  assert.match(bad.stdout, /docs\/catalog\.md is not what the catalog says[\s\S]*this change touches/);
});

test('that is what pull requests run, with the commit that it needs', () => {
  const checks = readFileSync(path.join(project, 'scripts/check.ts'), 'utf8');
  assert.match(checks, /\['node', 'scripts\/check-index\.ts'\]/);
  assert.doesNotMatch(checks, /'index'/);
  const workflow = parse(readFileSync(path.join(project, '.github/workflows/pull-request.yml'), 'utf8')) as {
    jobs: { check: { steps: readonly { run?: string; uses?: string; with?: object }[] } };
  };
  const { steps } = workflow.jobs.check;
  assert.ok(steps.some(({ run }) => run === 'npm run check'));
  const checkoutStep = steps.find(({ uses }) => uses?.startsWith('actions/checkout@'));
  assert.equal(Reflect.get(checkoutStep?.with ?? {}, 'fetch-depth'), 2);
});

test('every workflow that proposes what index writes proposes all of it', () => {
  const folder = path.join(project, '.github/workflows');
  const lines = readdirSync(folder).flatMap((file) =>
    readFileSync(path.join(folder, file), 'utf8')
      .split('\n')
      .filter((line) => /mcpcat\.js propose\b.*catalog\.json/.test(line)),
  );
  assert.equal(lines.length, 1);
  assert.match(
    lines[0] ?? '',
    / catalog catalog\.json catalog\.json\.sigstore\.json catalog\.tools docs\/catalog\.md /,
  );
});
