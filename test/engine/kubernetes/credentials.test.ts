import assert from 'node:assert/strict';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Credentials } from '../../../src/engine/kubernetes/access.ts';
import { accessOf } from '../../../src/engine/kubernetes/credentials.ts';
import { thisHost } from '../../../src/host/this-host.ts';
import { temporaryFolder } from '../../lib/temporary.ts';

/** A kubeconfig whose user is this YAML, in a folder with these files. */
function kubeconfig(
  context: TestContext,
  user: string,
  files: Readonly<Record<string, string>> = {},
): string {
  const text = `contexts: [{name: dev, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: {server: 'https://127.0.0.1:6443', certificate-authority-data: Y2E=}}]
users: [{name: u, user: ${user}}]
`;
  return temporaryFolder(context, { config: text, ...files });
}

async function asked(folder: string, env: Readonly<Record<string, string>> = {}): Promise<Credentials> {
  const surroundings = {
    env: { PATH: process.env['PATH'], KUBECONFIG: path.join(folder, 'config'), ...env },
    host: thisHost(),
  };
  return accessOf('dev', surroundings).credentials();
}

/** A plug-in, executable, that answers with this status and notes each call. */
function plugin(
  context: TestContext,
  status: object,
  user = '{exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin, args: [a b]}}',
): string {
  const folder = kubeconfig(context, user);
  const answer = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status };
  const script = `#!${process.execPath}
const fs = require('node:fs');
fs.appendFileSync(__dirname + '/calls', JSON.stringify([process.argv[2], process.env.KUBERNETES_EXEC_INFO, process.env.SECRET_OF_OURS]) + '\\n');
process.stdout.write(${JSON.stringify(JSON.stringify(answer))});
`;
  writeFileSync(path.join(folder, 'plugin'), script);
  chmodSync(path.join(folder, 'plugin'), 0o755);
  return folder;
}

test('a token is sent as it stands, and one from a file is read anew each time', async (context) => {
  assert.deepEqual(await asked(kubeconfig(context, '{token: t}')), { token: 't' });
  const folder = kubeconfig(context, '{tokenFile: token}', { token: 'one\n' });
  assert.deepEqual(await asked(folder), { token: 'one' });
  writeFileSync(path.join(folder, 'token'), 'two\n');
  assert.deepEqual(await asked(folder), { token: 'two' });
});

test('a client certificate is read beside the kubeconfig, or from it', async (context) => {
  const folder = kubeconfig(context, '{client-certificate: c.pem, client-key-data: a2V5}', {
    'c.pem': 'cert',
  });
  assert.deepEqual(await asked(folder), { cert: 'cert', key: 'key' });
});

test('half a client certificate is refused', async (context) => {
  const folder = kubeconfig(context, '{client-certificate-data: a2V5}');
  await assert.rejects(asked(folder), { name: 'McpcatError', code: 'usage' });
});

test('an exec plug-in is asked once until its token ends, with its arguments and without our environment', async (context) => {
  const folder = plugin(context, { token: 'fresh', expirationTimestamp: '2999-01-01T00:00:00Z' });
  const env = { PATH: process.env['PATH'], KUBECONFIG: path.join(folder, 'config'), SECRET_OF_OURS: 'x' };
  const { credentials } = accessOf('dev', { env, host: thisHost() });
  assert.deepEqual(await credentials(), { token: 'fresh' });
  assert.deepEqual(await credentials(), { token: 'fresh' });
  const calls = readFileSync(path.join(folder, 'calls'), 'utf8').trim().split('\n');
  assert.equal(calls.length, 1);
  const [argument, info, secret] = JSON.parse(calls[0] ?? '[]') as (string | null)[];
  assert.equal(argument, 'a b');
  assert.equal((JSON.parse(info ?? '{}') as { kind?: string }).kind, 'ExecCredential');
  assert.equal(secret, null);
});

test('a token of a plug-in that has ended is fetched anew', async (context) => {
  const folder = plugin(context, { token: 'old', expirationTimestamp: '2001-01-01T00:00:00Z' });
  const env = { PATH: process.env['PATH'], KUBECONFIG: path.join(folder, 'config') };
  const { credentials } = accessOf('dev', { env, host: thisHost() });
  await credentials();
  await credentials();
  assert.equal(readFileSync(path.join(folder, 'calls'), 'utf8').trim().split('\n').length, 2);
});

test('a plug-in that is not there, fails or says something else is refused', async (context) => {
  const version = 'apiVersion: client.authentication.k8s.io/v1';
  for (const command of ['./nothing', 'false', 'true'])
    await assert.rejects(asked(kubeconfig(context, `{exec: {${version}, command: '${command}'}}`)), {
      code: 'engine-denied',
    });
  await assert.rejects(asked(kubeconfig(context, '{exec: {apiVersion: v0, command: x}}')), { code: 'usage' });
});

test('the account of a pod is asked for only in a pod, and no kubeconfig is no cluster', () => {
  const host = thisHost();
  assert.throws(() => accessOf('in-cluster', { env: {}, host }), { code: 'engine-missing' });
  assert.throws(() => accessOf('dev', { env: { KUBECONFIG: '/nonexistent/config' }, host }), {
    code: 'engine-missing',
  });
});
