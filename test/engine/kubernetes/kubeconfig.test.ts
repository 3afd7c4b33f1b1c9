import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseContext } from '../../../src/engine/kubernetes/kubeconfig.ts';

const whole = `apiVersion: v1
kind: Config
current-context: dev
clusters:
- name: dev
  cluster:
    server: https://10.0.0.1:6443
    certificate-authority: ca.pem
users:
- name: ada
  user:
    token: secret
contexts:
- name: dev
  context:
    cluster: dev
    user: ada
    namespace: default
`;
const choose = (text: string, name = 'dev'): ReturnType<typeof chooseContext> =>
  chooseContext([{ file: 'config', text }], name);

test('a context leads to its cluster and its user, with the file that each is from', () => {
  assert.deepEqual(choose(whole), {
    cluster: { server: 'https://10.0.0.1:6443', 'certificate-authority': 'ca.pem', file: 'config' },
    user: { token: 'secret', file: 'config' },
  });
});

test('of several files the first that has a name counts, and they complete each other', () => {
  const other = whole.replace('token: secret', 'token: other').replaceAll('name: dev', 'name: dev2');
  const both = [
    { file: 'a', text: other },
    { file: 'b', text: whole },
  ];
  const { cluster, user } = chooseContext(both, 'dev');
  assert.equal(cluster.file, 'b');
  assert.equal(user.token, 'other');
});

const refused: Readonly<Record<string, readonly [find: string, put: string, place: string]>> = {
  'what is no YAML': ['kind: Config', 'kind: [Config', 'config:3:'],
  'a server without TLS': ['https://10', 'http://10', 'config:7:5: clusters.cluster.server'],
  'a server that is no text': [
    'server: https://10.0.0.1:6443',
    'server: 5',
    'config:7:5: clusters.cluster.server',
  ],
  'a cluster that is not there': [
    'cluster: dev\n',
    'cluster: gone\n',
    'config:16:5: contexts.context.cluster',
  ],
  'a user that is not there': [
    'user: ada\n    namespace',
    'user: eve\n    namespace',
    'config:17:5: contexts.context.user',
  ],
  'a server that need not prove itself': [
    'certificate-authority: ca.pem',
    'insecure-skip-tls-verify: true',
    'config:8:5: clusters.cluster.insecure-skip-tls-verify',
  ],
  'a proxy': [
    'certificate-authority: ca.pem',
    'proxy-url: http://p',
    'config:8:5: clusters.cluster.proxy-url',
  ],
  'a password': ['token: secret', 'username: ada', 'config:12:5: users.user.username'],
  'somebody else': ['token: secret', 'as: root', 'config:12:5: users.user.as'],
  'a removed provider': [
    'token: secret',
    'auth-provider: {name: gcp}',
    'config:12:5: users.user.auth-provider',
  ],
  'a plug-in without a command': [
    'token: secret',
    'exec: {apiVersion: x}',
    'config:12:5: users.user.exec.command',
  ],
};
for (const [what, [find, put, place]] of Object.entries(refused))
  test(`${what} is refused at its place`, () => {
    assert.notEqual(whole.replace(find, put), whole);
    assert.throws(
      () => choose(whole.replace(find, put)),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, 'usage');
        assert.ok(error.message.startsWith(place), error.message);
        return true;
      },
    );
  });

test('a context that no file has is told with those there are', () => {
  assert.throws(() => choose(whole, 'prod'), {
    code: 'engine-missing',
    message: 'there is no context "prod" in config: found dev',
  });
});
