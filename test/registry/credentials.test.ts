import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { parseChallenge } from '../../src/registry/auth/challenge.ts';
import { askHelper } from '../../src/registry/auth/credential-helper.ts';
import type { Credentials } from '../../src/registry/auth/credentials.ts';
import { findCredentials } from '../../src/registry/auth/find-credentials.ts';
import { account, credentialHelper, dockerConfig } from './rig.ts';

const auth = Buffer.from(`${account.username}:${account.password}`).toString('base64');

function plain(credentials: Credentials): unknown {
  if (credentials.kind === 'anonymous') return credentials;
  if (credentials.kind === 'password') return `${credentials.username}:${credentials.password.reveal()}`;
  return `${credentials.kind} ${credentials.token.reveal()}`;
}

test('credentials are found by docker’s rules in the file', async () => {
  using config = dockerConfig({
    auths: {
      'ghcr.io': { auth },
      'https://old.example.com/v1/': { username: 'u', password: 'p' },
      'https://index.docker.io/v1/': { identitytoken: 'refresh' },
      'r.example.com:5000': { registrytoken: 'ready' },
      'empty.example.com': {},
    },
  });
  const found = async (host: string): Promise<unknown> => plain(await findCredentials(host, config.env));
  assert.equal(await found('ghcr.io'), 'cat:tuna-and-cream');
  assert.equal(await found('old.example.com'), 'u:p');
  assert.equal(await found('docker.io'), 'identity refresh');
  assert.equal(await found('r.example.com:5000'), 'bearer ready');
  assert.deepEqual(await found('r.example.com'), { kind: 'anonymous' });
  assert.deepEqual(await found('empty.example.com'), { kind: 'anonymous' });
});

test('no config.json means nobody', async () => {
  using config = dockerConfig({});
  assert.deepEqual(await findCredentials('ghcr.io', { DOCKER_CONFIG: `${config.folder}/none` }), {
    kind: 'anonymous',
  });
});

test('the helper of a host is asked before the store, and the store before the file', async () => {
  using config = dockerConfig({
    auths: { 'a.example.com': { auth }, 'b.example.com': { auth }, 'c.example.com': { auth } },
    credHelpers: { 'a.example.com': 'own' },
    credsStore: 'store',
  });
  credentialHelper(
    config.folder,
    'own',
    'read server; echo "{\\"Username\\":\\"own\\",\\"Secret\\":\\"$server\\"}"',
  );
  credentialHelper(
    config.folder,
    'store',
    'read server; [ "$server" = b.example.com ] && echo \'{"Username":"<token>","Secret":"t"}\' && exit; echo credentials not found in native keychain; exit 1',
  );
  assert.equal(plain(await findCredentials('a.example.com', config.env)), 'own:a.example.com');
  assert.equal(plain(await findCredentials('b.example.com', config.env)), 'identity t');
  assert.equal(plain(await findCredentials('c.example.com', config.env)), 'cat:tuna-and-cream');
});

test('docker’s own name for Docker Hub is what a helper is asked for', async () => {
  using config = dockerConfig({ credsStore: 'echo' });
  credentialHelper(config.folder, 'echo', 'echo "{\\"Username\\":\\"u\\",\\"Secret\\":\\"$(cat)\\"}"');
  assert.equal(plain(await findCredentials('docker.io', config.env)), 'u:https://index.docker.io/v1/');
});

test('a helper that is missing, fails, talks nonsense or has a path for a name leaves us anonymous with the reason', async () => {
  using config = dockerConfig({
    credHelpers: {
      'm.example.com': 'missing',
      'f.example.com': 'fails',
      'n.example.com': 'nonsense',
      'p.example.com': '../x',
    },
  });
  credentialHelper(config.folder, 'fails', 'echo hunter2; exit 3');
  credentialHelper(config.folder, 'nonsense', 'echo hunter2');
  for (const [host, why] of Object.entries({
    'm.example.com': /docker-credential-missing.*ENOENT/,
    'f.example.com': /ended with 3/,
    'n.example.com': /not the JSON/,
    'p.example.com': /not allowed/,
  })) {
    const found = await findCredentials(host, config.env);
    assert.equal(found.kind, 'anonymous');
    assert.match(found.kind === 'anonymous' ? (found.why ?? '') : '', why);
    assert.doesNotMatch(inspect(found), /hunter2/);
  }
});

test('a helper that never answers is stopped at the deadline', async () => {
  using config = dockerConfig({});
  credentialHelper(config.folder, 'sleeps', 'exec sleep 600');
  await assert.rejects(askHelper('sleeps', 'x', { env: config.env, deadline: 300 }), {
    code: 'registry-denied',
    message: /in time/,
  });
});

test('a broken config.json is named, and nothing of it is shown', async () => {
  using config = dockerConfig({});
  writeFileSync(path.join(config.folder, 'config.json'), '{"auths": hunter2');
  const error: unknown = await findCredentials('ghcr.io', config.env).catch((caught: unknown) => caught);
  assert.match(inspect(error), /io-failed/);
  assert.doesNotMatch(inspect(error), /hunter2/);
});

test('credentials show nothing when they are printed', async () => {
  using config = dockerConfig({ auths: { 'ghcr.io': { auth }, 'x.io': { identitytoken: 'hunter2' } } });
  for (const host of ['ghcr.io', 'x.io']) {
    const found = await findCredentials(host, config.env);
    const shown = `${inspect(found, { depth: 9, showHidden: true })} ${JSON.stringify(found)}`;
    assert.doesNotMatch(shown, /tuna|hunter2/);
  }
});

test('challenges are read', () => {
  const hub =
    'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push"';
  const read = { scheme: 'bearer', realm: 'https://auth.docker.io/token', service: 'registry.docker.io' };
  assert.deepEqual(parseChallenge(hub), read);
  assert.deepEqual(parseChallenge(`Basic realm="x", ${hub}`), read);
  assert.deepEqual(parseChallenge('bearer realm=https://x/t'), {
    scheme: 'bearer',
    realm: 'https://x/t',
    service: undefined,
  });
  assert.deepEqual(parseChallenge('BASIC realm="a \\"quoted\\" one"'), { scheme: 'basic' });
  assert.equal(parseChallenge('Bearer service="no realm"'), undefined);
  assert.equal(parseChallenge('Negotiate'), undefined);
  assert.equal(parseChallenge(null), undefined);
});
