import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { GitHub } from '../../src/forge/github.ts';
import { propose, type Proposal } from '../../src/forge/pull-request.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { FakeGitHub } from './fake-github.ts';

const proposal: Proposal = {
  repository: { owner: 'someone', repo: 'catalog' },
  branch: 'mcpcat/update-time',
  title: 'time 1.0.0 → 1.1.0',
  body: 'The body.',
  files: { 'catalog/time/lock.json': '{"version":"1.1.0"}\n', 'catalog/time/tools.json': '{}\n' },
};

function client(t: TestContext, { url, env }: FakeGitHub): GitHub {
  return new GitHub({ token: env['GITHUB_TOKEN'] ?? '', baseUrl: url, cacheFolder: temporaryFolder(t) });
}

test('a proposal is one commit on the default branch and one pull request', async (t) => {
  await using fake = await FakeGitHub.start();
  const main = fake.refs.get('heads/main') ?? '';
  const { number, state } = await propose(client(t, fake), proposal);
  assert.deepEqual({ number, state }, { number: 1, state: 'made' });
  assert.deepEqual(Object.fromEntries(fake.files(proposal.branch)), {
    'README.md': 'hello\n',
    ...proposal.files,
  });
  const commit = fake.commits.get(fake.refs.get(`heads/${proposal.branch}`) ?? '');
  assert.deepEqual(commit?.parents, [main]);
  assert.match(commit?.message ?? '', /^time 1\.0\.0 → 1\.1\.0\n/);
  assert.equal(fake.refs.get('heads/main'), main);
  assert.partialDeepStrictEqual(fake.pulls, [{ title: proposal.title, body: 'The body.', base: 'main' }]);
});

test('the same proposal again changes nothing', async (t) => {
  await using fake = await FakeGitHub.start();
  await propose(client(t, fake), proposal);
  const tip = fake.refs.get(`heads/${proposal.branch}`);
  const { number, state } = await propose(client(t, fake), proposal);
  assert.deepEqual({ number, state }, { number: 1, state: 'unchanged' });
  assert.equal(fake.refs.get(`heads/${proposal.branch}`), tip);
  assert.equal(fake.pulls.length, 1);
});

test('a newer release moves the branch and rewrites the open pull request', async (t) => {
  await using fake = await FakeGitHub.start();
  await propose(client(t, fake), proposal);
  const files = { 'catalog/time/lock.json': '{"version":"1.2.0"}\n' };
  const newer = { ...proposal, title: 'time 1.0.0 → 1.2.0', body: 'Another.', files };
  const { number, state } = await propose(client(t, fake), newer);
  assert.deepEqual({ number, state }, { number: 1, state: 'updated' });
  assert.partialDeepStrictEqual(fake.pulls, [{ title: newer.title, body: 'Another.', state: 'open' }]);
  assert.deepEqual(Object.fromEntries(fake.files(proposal.branch)), { 'README.md': 'hello\n', ...files });
});

test('a branch falls in line when the default branch has moved on', async (t) => {
  await using fake = await FakeGitHub.start();
  await propose(client(t, fake), proposal);
  const tree = fake.tree(new Map([['README.md', 'new\n']]));
  const parents = [fake.refs.get('heads/main') ?? ''];
  fake.refs.set('heads/main', fake.commit({ message: 'second', tree, parents }));
  assert.equal((await propose(client(t, fake), proposal)).state, 'updated');
  assert.equal(fake.files(proposal.branch).get('README.md'), 'new\n');
});

test('after the pull request was closed the next proposal makes another', async (t) => {
  await using fake = await FakeGitHub.start();
  await propose(client(t, fake), proposal);
  for (const pull of fake.pulls) pull.state = 'closed';
  assert.deepEqual((await propose(client(t, fake), proposal)).number, 2);
});

test("a branch with somebody's own commit is left alone", async (t) => {
  await using fake = await FakeGitHub.start();
  await propose(client(t, fake), proposal);
  const tip = fake.refs.get(`heads/${proposal.branch}`) ?? '';
  const tree = fake.commits.get(tip)?.tree ?? '';
  const theirs = fake.commit({ message: 'my own fix', tree, parents: [tip] });
  fake.refs.set(`heads/${proposal.branch}`, theirs);
  await assert.rejects(propose(client(t, fake), { ...proposal, body: 'x' }), {
    code: 'forge-failed',
    message: /mcpcat\/update-time: expected a branch of mcpcat's own, found a commit of somebody else/,
  });
  assert.equal(fake.refs.get(`heads/${proposal.branch}`), theirs);
});

test('a token that may not, an outage and a used-up limit are told apart, and the token is in no message', async (t) => {
  await using fake = await FakeGitHub.start();
  const refused = new GitHub({ token: 'wrong-token', baseUrl: fake.url, cacheFolder: temporaryFolder(t) });
  await assert.rejects(propose(refused, proposal), (error: Error) => {
    assert.equal(Reflect.get(error, 'code'), 'forge-denied');
    assert.doesNotMatch(`${error.message}${String(error.stack)}`, /wrong-token/);
    return true;
  });
  fake.failure = { status: 403, headers: { 'x-ratelimit-remaining': '0' } };
  await assert.rejects(propose(client(t, fake), proposal), { code: 'upstream-unavailable', hint: /limit/ });
  fake.failure = { status: 422 };
  await assert.rejects(propose(client(t, fake), proposal), { code: 'forge-failed' });
  const nobody = new GitHub({ token: 'x', baseUrl: 'http://127.0.0.1:1', cacheFolder: temporaryFolder(t) });
  await assert.rejects(propose(nobody, proposal), { code: 'upstream-unavailable' });
});
