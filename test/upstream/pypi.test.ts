import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pypiProject, pypiVersion, type PypiProject } from '../../src/upstream/pypi.ts';
import { loopback } from '../fetch/loopback.ts';

function file(version: string, more: object = {}): object {
  return {
    filename: `x-${version}-py3-none-any.whl`,
    url: `https://files.pythonhosted.org/packages/x-${version}-py3-none-any.whl`,
    digests: { sha256: 'a'.repeat(64), md5: 'b' },
    size: 1,
    packagetype: 'bdist_wheel',
    ...more,
  };
}
const answer = {
  info: {
    version: '2.0.0',
    license: null,
    license_expression: 'MIT',
    requires_python: '>=3.10',
    author: 'someone',
  },
  releases: {
    '1.0.0': [file('1.0.0')],
    '1.5.0': [file('1.5.0', { yanked: true, yanked_reason: 'broken' })],
    '1.9.0': [],
    '2.0.0': [file('2.0.0')],
    '3.0.0rc1': [file('3.0.0rc1')],
  },
  urls: [],
};

async function project(t: Parameters<typeof loopback>[0], body: unknown = answer): Promise<PypiProject> {
  const server = await loopback(t, (_, response) => response.end(JSON.stringify(body)));
  const found = await pypiProject('x', { env: { UV_INDEX_URL: `${server.url}/simple` } });
  assert.deepEqual(server.requests, ['/pypi/x/json']);
  return found;
}

test('a project is read with the fields that are used, and files are not yanked unless they say so', async (t) => {
  const { info, releases } = await project(t);
  assert.deepEqual(info, {
    version: '2.0.0',
    license: null,
    license_expression: 'MIT',
    requires_python: '>=3.10',
  });
  assert.deepEqual(
    releases['1.0.0']?.map(({ yanked }) => yanked),
    [false],
  );
});

test('without a range the newest release is taken', async (t) => {
  assert.equal(pypiVersion('x', { project: await project(t), range: undefined }), '2.0.0');
});

test('a specifier takes the newest release in it, but none that was yanked or has no file', async (t) => {
  const found = await project(t);
  assert.equal(pypiVersion('x', { project: found, range: '<2' }), '1.0.0');
  assert.equal(pypiVersion('x', { project: found, range: '>=1.0,<3' }), '2.0.0');
});

test('a bare version is that version', async (t) => {
  assert.equal(pypiVersion('x', { project: await project(t), range: '1.0.0' }), '1.0.0');
});

test('a version that does not exist is named with the newest one', async (t) => {
  const found = await project(t);
  const message = 'pypi:x has no version >=9 (the newest is 2.0.0)';
  assert.throws(() => pypiVersion('x', { project: found, range: '>=9' }), {
    code: 'package-unknown',
    message,
  });
  assert.throws(() => pypiVersion('x', { project: found, range: '1.5.0' }), { code: 'package-unknown' });
});

test('an answer of another shape is an outage', async (t) => {
  await assert.rejects(project(t, { info: {} }), { code: 'upstream-unavailable', message: /^pypi:x: / });
});
