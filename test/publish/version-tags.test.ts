import assert from 'node:assert/strict';
import { test } from 'node:test';
import { McpcatError } from '../../src/lib/errors.ts';
import { inputsTag } from '../../src/publish/inputs.ts';
import { repositoryRootOf } from '../../src/publish/target.ts';
import { mayMove, versionTags } from '../../src/publish/version-tags.ts';

const tags = (...args: Parameters<typeof versionTags>): string[] =>
  versionTags(...args).map(({ tag }) => tag);

test('a release has its own tag, that of its minor version, and latest', () => {
  assert.deepEqual(tags('npm', '1.2.3'), ['1.2.3', '1.2', 'latest']);
  assert.deepEqual(tags('pypi', '2026.10.19'), ['2026.10.19', '2026.10', 'latest']);
  assert.deepEqual(tags('go', 'v1.2.3'), ['1.2.3', '1.2', 'latest']);
  assert.deepEqual(tags('pypi', '1.2'), ['1.2', 'latest']);
  assert.deepEqual(tags('pypi', '1.2.post1'), ['1.2.post1', '1.2', 'latest']);
});

test('what is not finished has its own tag alone', () => {
  assert.deepEqual(tags('npm', '1.2.3-beta.1'), ['1.2.3-beta.1']);
  assert.deepEqual(tags('pypi', '1.2.0rc1'), ['1.2.0rc1']);
  assert.deepEqual(tags('go', 'v0.0.0-20260102030405-0123456789ab'), ['0.0.0-20260102030405-0123456789ab']);
});

test('what a tag can’t hold is replaced', () => {
  assert.deepEqual(tags('npm', '1.2.3+build.7'), ['1.2.3_build.7', '1.2', 'latest']);
  assert.deepEqual(tags('pypi', '1.0+local'), ['1.0_local', '1.0', 'latest']);
});

test('a tag moves to the same release or a later one, by the rules of the ecosystem', () => {
  assert.ok(mayMove('npm', '1.9.0', '1.10.0'));
  assert.ok(mayMove('npm', '1.9.0', '1.9.0'));
  assert.ok(!mayMove('npm', '1.10.0', '1.9.0'));
  assert.ok(mayMove('pypi', '1.0', '1.0.post1'));
  assert.ok(!mayMove('go', 'v1.10.0', 'v1.9.9'));
});

test('the tag of the inputs depends on every platform and not on their order', () => {
  const both = inputsTag({ 'linux/amd64': 'a', 'linux/arm64': 'b' });
  assert.match(both, /^inputs-[0-9a-f]{32}$/);
  assert.equal(inputsTag({ 'linux/arm64': 'b', 'linux/amd64': 'a' }), both);
  assert.notEqual(inputsTag({ 'linux/amd64': 'a' }), both);
  assert.notEqual(inputsTag({ 'linux/amd64': 'b', 'linux/arm64': 'a' }), both);
});

test('a registry is a host with a path; what is none never becomes Docker Hub', () => {
  const target = (text: string): string => {
    const { registry, repository } = repositoryRootOf(text, { env: {} }).targetOf('time');
    return `${registry.host} ${repository}`;
  };
  assert.equal(target('ghcr.io/owner'), 'ghcr.io owner/time');
  assert.equal(target('ghcr.io/owner/'), 'ghcr.io owner/time');
  assert.equal(target('127.0.0.1:5000'), '127.0.0.1:5000 time');
  assert.equal(target('localhost/x'), 'localhost x/time');
  for (const wrong of [
    'owner',
    'owner/x',
    '',
    'https://ghcr.io/owner',
    'ghcr.io/Owner',
    'ghcr.io/a:tag',
    'ghcr.io/a b',
  ])
    assert.throws(
      () => target(wrong),
      (error) => error instanceof McpcatError && error.code === 'usage',
      wrong,
    );
});
