import assert from 'node:assert/strict';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Credentials } from '../../../src/engine/kubernetes/access.ts';
import { ExecPlugin } from '../../../src/engine/kubernetes/exec-plugin.ts';
import type { ExecPlugin as Named } from '../../../src/engine/kubernetes/kubeconfig.ts';
import { accessOf } from '../../../src/engine/kubernetes/credentials.ts';
import { thisHost } from '../../../src/host/this-host.ts';
import { temporaryFolder } from '../../lib/temporary.ts';
import { standIn } from './stand-in.ts';

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

const v1 = 'client.authentication.k8s.io/v1';

/** The plug-in of a kubeconfig by itself: a shell script, which is run as the program that it is. */
function shellPlugin(
  context: TestContext,
  text: string,
  more: Partial<Named> = {},
  timeoutMs = 30_000,
): ExecPlugin {
  const folder = temporaryFolder(context, { plugin: `#!/bin/sh\n${text}\n` });
  chmodSync(path.join(folder, 'plugin'), 0o755);
  const server = { url: new URL('https://127.0.0.1:6443'), ca: 'PEM', serverName: 'api' };
  const env = { PATH: process.env['PATH'] };
  const named = { apiVersion: v1, command: './plugin', ...more };
  return new ExecPlugin(named, { env, file: path.join(folder, 'config'), server, timeoutMs });
}

const answering = (status: object, apiVersion = v1): string =>
  `cat <<'END'\n${JSON.stringify({ apiVersion, kind: 'ExecCredential', status })}\nEND`;

test('all who ask at once wait for one plug-in', async (context) => {
  const folder = plugin(context, { token: 'one' });
  const env = { PATH: process.env['PATH'], KUBECONFIG: path.join(folder, 'config') };
  const { credentials } = accessOf('dev', { env, host: thisHost() });
  await Promise.all(Array.from({ length: 5 }, async () => credentials()));
  assert.equal(readFileSync(path.join(folder, 'calls'), 'utf8').trim().split('\n').length, 1);
});

test('a token that the API server refuses is fetched anew', async (context) => {
  const folder = plugin(context, { token: 'one' });
  const env = { PATH: process.env['PATH'], KUBECONFIG: path.join(folder, 'config') };
  const { credentials, refused } = accessOf('dev', { env, host: thisHost() });
  const used = await credentials();
  await refused?.(used);
  await credentials();
  // Whoever was refused with another one before has nothing to say of this one.
  await refused?.({ token: 'an earlier one' });
  await credentials();
  assert.equal(readFileSync(path.join(folder, 'calls'), 'utf8').trim().split('\n').length, 2);
});

test('a token that is refused beside a client certificate of the kubeconfig is fetched anew', async (context) => {
  const pair = 'client-certificate-data: Y2VydA==, client-key-data: a2V5';
  const exec = `exec: {apiVersion: ${v1}, command: ./plugin}`;
  const folder = plugin(context, { token: 'one' }, `{${pair}, ${exec}}`);
  const env = { PATH: process.env['PATH'], KUBECONFIG: path.join(folder, 'config') };
  const { credentials, refused } = accessOf('dev', { env, host: thisHost() });
  const used = await credentials();
  assert.deepEqual(used, { cert: 'cert', key: 'key', token: 'one' });
  await refused?.(used);
  await credentials();
  assert.equal(readFileSync(path.join(folder, 'calls'), 'utf8').trim().split('\n').length, 2);
});

test('an API server that answers 401 is asked once more with a token of now', async () => {
  const tokens: (string | undefined)[] = [];
  await using there = await standIn({
    tokens: ['old', 'new'],
    onRequest: ({ headers }, response) => {
      tokens.push(headers.authorization);
      response.writeHead(headers.authorization === 'Bearer new' ? 200 : 401).end('{}');
    },
  });
  const question = { verbs: ['get'], resource: '/version' };
  assert.deepEqual(await there.api.ask({ method: 'GET', path: '/version', asked: question }), {});
  assert.deepEqual(tokens, ['Bearer old', 'Bearer new']);
});

test('a plug-in that does not answer is ended, and so is the wait for what it has started', async (context) => {
  const slow = shellPlugin(context, 'sleep 5 &\nsleep 5', {}, 200);
  await assert.rejects(slow.credentials(), {
    code: 'engine-denied',
    message: 'the exec plugin ./plugin of the kubeconfig failed: it has not answered within 200 ms',
  });
});

test('a plug-in that failed once is asked again', async (context) => {
  const once = shellPlugin(
    context,
    `[ -e "$0.seen" ] || { : > "$0.seen"; echo no >&2; exit 1; }\n${answering({ token: 't' })}`,
  );
  await assert.rejects(once.credentials(), { code: 'engine-denied', message: /failed: no$/ });
  assert.deepEqual(await once.credentials(), { token: 't' });
});

test('a plug-in is told of the cluster where the kubeconfig says so', async (context) => {
  const echo = shellPlugin(
    context,
    `printf '{"apiVersion":"${v1}","kind":"ExecCredential","status":{"token":"%s"}}' "$(printf %s "$KUBERNETES_EXEC_INFO" | base64 | tr -d '\\n')"`,
    { provideClusterInfo: true },
  );
  const { token = '' } = await echo.credentials();
  const info = JSON.parse(Buffer.from(token, 'base64').toString()) as { readonly spec: object };
  const cluster = {
    server: 'https://127.0.0.1:6443',
    'certificate-authority-data': Buffer.from('PEM').toString('base64'),
    'tls-server-name': 'api',
  };
  assert.deepEqual(info.spec, { interactive: false, cluster });
});

const wrongAnswers: Readonly<Record<string, string>> = {
  'neither token nor certificate': answering({}),
  'an empty token': answering({ token: '' }),
  'half a certificate': answering({ clientCertificateData: 'PEM' }),
  'another version': answering({ token: 't' }, 'client.authentication.k8s.io/v1beta1'),
  'a time that is none': answering({ token: 't', expirationTimestamp: 'soon' }),
};
for (const [what, text] of Object.entries(wrongAnswers))
  test(`a plug-in that answers with ${what} is refused`, async (context) => {
    await assert.rejects(shellPlugin(context, text).credentials(), {
      name: 'McpcatError',
      code: 'engine-denied',
    });
  });

test('a plug-in that wants a terminal is refused where the kubeconfig says so', async (context) => {
  const user = `{exec: {apiVersion: ${v1}, command: x, interactiveMode: Always}}`;
  await assert.rejects(asked(kubeconfig(context, user)), {
    code: 'usage',
    message: /config:3:\d+: .*interactiveMode/,
  });
});

test('a token file that is empty is an error, and nobody is asked without a token', async (context) => {
  await assert.rejects(asked(kubeconfig(context, '{tokenFile: token}', { token: '\n' })), {
    code: 'engine-denied',
  });
});

test('the account of a pod is asked for only in a pod, and no kubeconfig is no cluster', () => {
  const host = thisHost();
  assert.throws(() => accessOf('in-cluster', { env: {}, host }), { code: 'engine-missing' });
  assert.throws(() => accessOf('dev', { env: { KUBECONFIG: '/nonexistent/config' }, host }), {
    code: 'engine-missing',
  });
});
