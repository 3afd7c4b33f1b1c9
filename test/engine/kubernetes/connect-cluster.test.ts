import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { connectCluster } from '../../../src/engine/kubernetes/connect-cluster.ts';
import { thisHost } from '../../../src/host/this-host.ts';
import { temporaryFolder } from '../../lib/temporary.ts';

const config = (user: string): string => `contexts: [{name: dev, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: {server: 'https://127.0.0.1:6443', certificate-authority-data: Y2E=}}]
users: [{name: u, user: ${user}}]
`;
const endpoint = 'kubernetes://dev/mcpcat';

function surroundings(context: TestContext, files: Readonly<Record<string, string>>) {
  const folder = temporaryFolder(context, files);
  return { folder, host: thisHost(), env: { KUBECONFIG: path.join(folder, 'config') } };
}

test('all starts of one process share one port to a namespace', (context) => {
  const around = surroundings(context, { config: config('{token: t}') });
  const first = connectCluster(endpoint, around);
  assert.equal(connectCluster(endpoint, around), first);
  assert.notEqual(connectCluster('kubernetes://dev/other', around), first);
  assert.notEqual(connectCluster(endpoint, { ...around, env: { ...around.env } }), first);
});

test('another token in the kubeconfig, or another certificate beside it, makes another one', (context) => {
  const byFile = '{client-certificate: cert, client-key-data: a2V5}';
  const around = surroundings(context, { config: config('{token: t}'), cert: 'one' });
  const before = connectCluster(endpoint, around);
  const change = (file: string, text: string): void => writeFileSync(path.join(around.folder, file), text);
  change('config', config(byFile));
  const byCertificate = connectCluster(endpoint, around);
  assert.notEqual(byCertificate, before);
  change('cert', 'two');
  assert.notEqual(connectCluster(endpoint, around), byCertificate);
});
