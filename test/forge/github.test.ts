import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { advisoriesFor } from '../../src/forge/advisories.ts';
import { connectGitHub, repositoryOf, type GitHub } from '../../src/forge/github.ts';
import { repositoryFacts } from '../../src/forge/repository-facts.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { FakeGitHub } from './fake-github.ts';

function client(t: TestContext, { env }: FakeGitHub, cacheFolder = temporaryFolder(t)): GitHub {
  const github = connectGitHub(env, { cacheFolder });
  assert.ok(github);
  return github;
}

test('a repository is read from its address, and only from one on GitHub', () => {
  const expected = { owner: 'modelcontextprotocol', repo: 'servers' };
  for (const address of [
    'https://github.com/modelcontextprotocol/servers',
    'https://github.com/modelcontextprotocol/servers.git',
    'https://github.com/modelcontextprotocol/servers/tree/main/src/time',
    'modelcontextprotocol/servers',
  ])
    assert.deepEqual(repositoryOf(address), expected, address);
  for (const address of ['', 'https://gitlab.com/a/b', 'servers', 'https://github.com/a', 'a/../b', '../x/y'])
    assert.equal(repositoryOf(address), undefined, address);
});

test('without a token GitHub is not asked', () => {
  assert.equal(connectGitHub({}, { cacheFolder: '/nowhere' }), undefined);
  assert.equal(connectGitHub({ GITHUB_TOKEN: '' }, { cacheFolder: '/nowhere' }), undefined);
});

test('archived, moved, licence and newest release are read; tags where there are no releases', async (t) => {
  await using fake = await FakeGitHub.start();
  fake.repositories = {
    'a/released': { license: 'MIT', release: 'v1.2.0', tags: ['v9'] },
    'a/tagged': { archived: true, fullName: 'b/tagged', tags: ['v2', 'v1'], license: 'NOASSERTION' },
  };
  const github = client(t, fake);
  assert.deepEqual(await repositoryFacts(github, { owner: 'a', repo: 'released' }), {
    fullName: 'a/released',
    archived: false,
    license: 'MIT',
    tags: ['v1.2.0'],
  });
  assert.deepEqual(await repositoryFacts(github, { owner: 'a', repo: 'tagged' }), {
    fullName: 'b/tagged',
    archived: true,
    license: undefined,
    tags: ['v2', 'v1'],
  });
  assert.equal(await repositoryFacts(github, { owner: 'a', repo: 'gone' }), undefined);
});

test('what has not changed is not sent again', async (t) => {
  await using fake = await FakeGitHub.start();
  fake.repositories = { 'a/x': { license: 'MIT', release: 'v1' } };
  const cache = temporaryFolder(t);
  const first = await repositoryFacts(client(t, fake, cache), { owner: 'a', repo: 'x' });
  const again = await repositoryFacts(client(t, fake, cache), { owner: 'a', repo: 'x' });
  assert.deepEqual(again, first);
  fake.repositories = { 'a/x': { license: 'Apache-2.0', release: 'v1' } };
  assert.equal(
    (await repositoryFacts(client(t, fake, cache), { owner: 'a', repo: 'x' }))?.license,
    'Apache-2.0',
  );
});

test('advisories come with the range they touch; withdrawn ones do not count', async (t) => {
  await using fake = await FakeGitHub.start();
  const hole = (more: object): object => ({
    ghsa_id: 'GHSA-xxxx',
    summary: 'It leaks',
    severity: 'high',
    withdrawn_at: null,
    vulnerabilities: [
      {
        package: { ecosystem: 'npm', name: 'server' },
        vulnerable_version_range: '< 1.2.0',
        first_patched_version: '1.2.0',
      },
    ],
    ...more,
  });
  fake.advisories = [hole({}), hole({ ghsa_id: 'GHSA-yyyy', withdrawn_at: '2026-01-01T00:00:00Z' })];
  const packages = [{ name: 'server', version: '1.1.0' }];
  assert.deepEqual(await advisoriesFor(client(t, fake), { ecosystem: 'npm', packages }), [
    {
      id: 'GHSA-xxxx',
      summary: 'It leaks',
      severity: 'high',
      package: 'server',
      vulnerable: '< 1.2.0',
      patched: '1.2.0',
    },
  ]);
});

test('many packages are asked for in few requests', async (t) => {
  await using fake = await FakeGitHub.start();
  const packages = Array.from({ length: 100 }, (_, index) => ({
    name: `@scope/p${String(index)}`,
    version: '1.0.0',
  }));
  await advisoriesFor(client(t, fake), { ecosystem: 'npm', packages });
  assert.equal(fake.requests.length, 3);
});

test('whoever ends it has no answer: GitHub is not said to be away', async (t) => {
  await using fake = await FakeGitHub.start();
  const github = connectGitHub(fake.env, { cacheFolder: temporaryFolder(t), signal: AbortSignal.abort() });
  assert.ok(github);
  await assert.rejects(repositoryFacts(github, { owner: 'a', repo: 'b' }), { code: 'cancelled' });
});
