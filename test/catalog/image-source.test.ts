import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imageSource, imageVersion, parseSource } from '../../src/catalog/source.ts';
import { packageOf } from '../../src/consent/grant.ts';
import { entryText, problemsIn } from './entry-text.ts';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
const source = `oci:ghcr.io/owner/server:1.2@${digest}`;

test('an image is named by registry, repository and digest; a tag is for people and updates', () => {
  assert.deepEqual(imageSource(source), { repository: 'ghcr.io/owner/server', tag: '1.2', digest });
  assert.deepEqual(imageSource(`oci:127.0.0.1:5000/a/b@${digest}`), {
    repository: '127.0.0.1:5000/a/b',
    tag: undefined,
    digest,
  });
  assert.equal(imageSource('npm:fixture'), undefined);
  assert.deepEqual([source, `oci:ghcr.io/a/b@${digest}`, 'npm:fixture'].map(imageVersion), [
    '1.2',
    'sha256:0123456789ab',
    undefined,
  ]);
});

for (const text of [
  'oci:ghcr.io/owner/server',
  'oci:ghcr.io/owner/server:latest',
  `oci:server@${digest}`,
  `oci:owner/server@${digest}`,
  `oci:ghcr.io/Owner/server@${digest}`,
  `oci:ghcr.io/../server@${digest}`,
  `oci:ghcr.io/owner/server@${digest.slice(0, -1)}`,
  `oci:ghcr.io/owner/server@sha512:${'0'.repeat(128)}`,
  `oci:ghcr.io/owner/server@${digest}@${digest}`,
])
  test(`${text.slice(0, 60)} names no image`, () => {
    assert.throws(() => imageSource(text), { code: 'entry-invalid' });
  });

test('whoever wants a package of it is told what it is', () => {
  assert.throws(() => parseSource(source), {
    code: 'entry-refused',
    message: /expected a package, found an image/,
  });
});

test('another version of an image is an update, another repository is another program', () => {
  assert.equal(packageOf(source), 'oci:ghcr.io/owner/server');
  assert.equal(packageOf(`oci:localhost:5000/owner/server@${digest}`), 'oci:localhost:5000/owner/server');
});

test('an entry for an image may leave out what is started, and adds nothing to the image', () => {
  const text = (more: string, command = ''): string =>
    entryText('fixture', { more, changes: { source, command } }).replace('command: \n', '');
  assert.deepEqual(problemsIn(text('')), []);
  assert.deepEqual(problemsIn(text('', '[own, --stdio]')), []);
  assert.match(problemsIn(text('system: [git]')).join('\n'), /system: an image .* is taken as it is/);
  assert.match(
    problemsIn(entryText('fixture', { changes: { command: '[]' } })).join('\n'),
    /command: expected what is started/,
  );
});
