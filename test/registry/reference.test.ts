import assert from 'node:assert/strict';
import { test } from 'node:test';
import { originOf } from '../../src/registry/http/origin.ts';
import { parseReference, referenceText } from '../../src/registry/reference.ts';

const digest = `sha256:${'a'.repeat(64)}`;

const good: Readonly<Record<string, string>> = {
  alpine: 'docker.io/library/alpine',
  'alpine:3': 'docker.io/library/alpine:3',
  'mcpcat/time:1.2.3': 'docker.io/mcpcat/time:1.2.3',
  'docker.io/mcpcat/time': 'docker.io/mcpcat/time',
  'index.docker.io/alpine': 'docker.io/library/alpine',
  'ghcr.io/some-owner/time:1.2': 'ghcr.io/some-owner/time:1.2',
  'GHCR.io/a/b': 'ghcr.io/a/b',
  'localhost/x': 'localhost/x',
  'localhost:5000/x:y': 'localhost:5000/x:y',
  '127.0.0.1:5000/a/b/c__d': '127.0.0.1:5000/a/b/c__d',
  '[::1]:5000/a': '[::1]:5000/a',
  [`ghcr.io/a/b@${digest}`]: `ghcr.io/a/b@${digest}`,
  [`ghcr.io/a/b:1@${digest}`]: `ghcr.io/a/b:1@${digest}`,
};

for (const [text, expected] of Object.entries(good)) {
  test(`${text.slice(0, 40)} is read as ${expected.slice(0, 40)}`, () => {
    assert.equal(referenceText(parseReference(text)), expected);
    assert.equal(referenceText(parseReference(expected)), expected);
  });
}

const bad = [
  '',
  ':1',
  'a:',
  'UPPER/case',
  'ghcr.io/Owner/x',
  'ghcr.io/a/../b',
  'ghcr.io/a//b',
  'ghcr.io/a b',
  'a@b@c',
  'a@sha256:12',
  `a@sha512:${'a'.repeat(128)}`,
  'user:secret@ghcr.io/a',
  'ghcr.io:99x/a',
  'https://ghcr.io/a',
  `ghcr.io/${'a'.repeat(300)}`,
  `a:${'t'.repeat(129)}`,
  'a:-x',
];

for (const text of bad) {
  test(`"${text.slice(0, 40)}" is refused`, () => {
    assert.throws(() => parseReference(text), { name: 'McpcatError', code: 'usage' });
  });
}

test('plain http is for loopback only', () => {
  const hosts = ['localhost', 'localhost:5000', '127.0.0.1:1', '127.9.9.9', '[::1]:5000'];
  assert.deepEqual(new Set(hosts.map((host) => originOf(host).protocol)), new Set(['http:']));
  const others = [
    'ghcr.io',
    '10.0.0.1:5000',
    'localhost.example.com',
    '127.0.0.1.example.com',
    'registry.local:80',
  ];
  assert.deepEqual(new Set(others.map((host) => originOf(host).protocol)), new Set(['https:']));
  assert.equal(originOf('docker.io').href, 'https://registry-1.docker.io/');
});
