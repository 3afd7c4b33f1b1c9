/** The ways to prove who one is that a person's token is not: a pod's own account, and a program of the kubeconfig. */
import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { accessObjects } from '../../src/export/kubernetes/access.ts';
import { serveName } from '../../src/export/kubernetes/objects.ts';
import { mcpcat, run } from '../rig/engine.ts';
import { namespace } from './rig/cluster.ts';
import { nodeAddress } from './rig/control-plane.ts';
import { launching } from './rig/launching.ts';
import { mustRun, ran } from './rig/ran.ts';

const { opened, cluster, launches } = await launching();
const folder = await mkdtemp(path.join(tmpdir(), 'mcpcat-credentials-'));
opened.defer(async () => rm(folder, { recursive: true, force: true }));
await cluster.apply(...accessObjects(namespace, { secrets: false, state: false }));

function called(context: string): readonly string[] {
  const [, ...options] = launches.args;
  const engine = options.indexOf('--engine') + 1;
  const chosen = options.with(engine, `kubernetes://${context}/${namespace}`);
  return ['call', 'everything', 'echo', 'message=as an account', ...chosen];
}

test('in a pod the account of that pod opens a session: its token, its authority, at the usual place', async () => {
  const token = (await cluster.kubectl(['create', 'token', serveName, '-n', namespace])).stdout.trim();
  const authority = [
    'get',
    'configmap',
    'kube-root-ca.crt',
    '-n',
    namespace,
    '-o',
    'jsonpath={.data.ca\\.crt}',
  ];
  await writeFile(path.join(folder, 'token'), token);
  await writeFile(path.join(folder, 'ca.crt'), (await cluster.kubectl(authority)).stdout);
  // A mount namespace stands for the pod's: there the kubelet's place holds what it would hold.
  const place = '/run/secrets/kubernetes.io/serviceaccount';
  const inPod = `mount -t tmpfs none /run && mkdir -p ${place} && cp "$0"/token "$0"/ca.crt ${place} && exec "$@"`;
  const command = ['unshare', '--mount', 'sh', '-c', inPod, folder, process.execPath, mcpcat];
  const env = {
    ...launches.env(),
    KUBECONFIG: '/nonexistent',
    KUBERNETES_SERVICE_HOST: nodeAddress,
    KUBERNETES_SERVICE_PORT: '443',
  };
  const { code, stdout, stderr } = await ran([...command, ...called('in-cluster')], { env });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /Echo: as an account/);
});

/** Asks the cluster for a token of ten minutes, as the programs of clouds do; its first answer is out of date. */
const plugin = `#!${process.execPath}
const { execFileSync } = require('node:child_process');
const { appendFileSync, existsSync } = require('node:fs');
const calls = __dirname + '/calls';
const isFirst = !existsSync(calls);
const { apiVersion, spec } = JSON.parse(process.env.KUBERNETES_EXEC_INFO);
appendFileSync(calls, JSON.stringify(spec) + '\\n');
const asked = ['create', 'token', ...process.argv.slice(2), '--duration=10m', '-o', 'json'];
const { token, expirationTimestamp } = JSON.parse(execFileSync('kubectl', asked)).status;
const status = { token: isFirst ? 'taken-back' : token, expirationTimestamp };
process.stdout.write(JSON.stringify({ apiVersion, kind: 'ExecCredential', status }));
`;

test('a program of the kubeconfig gives a token, and another one where the API server takes that one no more', async () => {
  const admin = cluster.controlPlane.kubeconfig('admin');
  await writeFile(path.join(folder, 'plugin'), plugin);
  await chmod(path.join(folder, 'plugin'), 0o755);
  const config = JSON.parse(await readFile(admin, 'utf8')) as object;
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: './plugin',
    args: [`--kubeconfig=${admin}`, serveName, '-n', namespace],
    interactiveMode: 'Never',
    provideClusterInfo: true,
  };
  const users = [{ name: 'admin', user: { exec } }];
  const file = path.join(folder, 'config');
  await writeFile(file, JSON.stringify({ ...config, users }));
  const { code, stdout, stderr } = await run(called('test'), {
    env: { ...launches.env(), KUBECONFIG: file },
  });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /Echo: as an account/);
  const calls = (await readFile(path.join(folder, 'calls'), 'utf8')).trim().split('\n');
  assert.equal(calls.length, 2);
  assert.match(calls[0] ?? '', /"server":"https:\/\/10\.99\.0\.1"/);
  // kubectl takes the same file for the same account.
  const who = await mustRun(['kubectl', `--kubeconfig=${file}`, 'auth', 'whoami']);
  assert.match(who, new RegExp(`system:serviceaccount:${namespace}:${serveName}`));
});
