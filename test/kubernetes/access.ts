import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accessObjects } from '../../src/export/kubernetes/access.ts';
import { serveName } from '../../src/export/kubernetes/objects.ts';
import { Cluster, restrictedNamespace } from './rig/cluster.ts';

const namespace = 'access';
const account = `system:serviceaccount:${namespace}:${serveName}`;

const cluster = await Cluster.running();
await cluster.apply(
  restrictedNamespace(namespace),
  ...accessObjects(namespace, { secrets: false, state: false }),
);

async function mayDo(verb: string, resource: string, where = namespace): Promise<boolean> {
  const asked = ['auth', 'can-i', verb, ...resource.split(' '), `--as=${account}`, '-n', where];
  return (await cluster.kubectl(asked)).stdout.trim() === 'yes';
}

const exec = 'pods --subresource=exec';

test('the account of serve may make pods in its namespace, execute in them and take them away', async () => {
  for (const verb of ['create', 'delete', 'get', 'list', 'watch']) assert.ok(await mayDo(verb, 'pods'), verb);
  for (const verb of ['create', 'get']) assert.ok(await mayDo(verb, exec), verb);
  assert.ok(await mayDo('list', 'networkpolicies'));
});

test('it may nothing else: no secret, no change of what holds it, nothing elsewhere', async () => {
  const refused = [
    ...[`get secrets`, 'list secrets', 'get configmaps', 'create deployments', 'create serviceaccounts'],
    ...['create serviceaccounts --subresource=token', 'update pods', 'patch pods', 'patch networkpolicies'],
    ...['create rolebindings', 'update roles', 'get nodes', 'create pods --subresource=attach'],
    ...['create pods --subresource=portforward', 'get pods --subresource=log'],
    'patch pods --subresource=ephemeralcontainers',
  ];
  for (const what of refused) {
    const [verb = '', ...resource] = what.split(' ');
    assert.equal(await mayDo(verb, resource.join(' ')), false, what);
  }
  assert.equal(await mayDo('create', 'pods', 'default'), false);
});

test('where servers have secrets and keep files it may hand over and make claims, not list or remove them', async () => {
  const elsewhere = 'access-in-full';
  await cluster.apply(
    restrictedNamespace(elsewhere),
    ...accessObjects(elsewhere, { secrets: true, state: true }),
  );
  const its = `system:serviceaccount:${elsewhere}:${serveName}`;
  const may = async (what: string): Promise<string> => {
    const asked = ['auth', 'can-i', ...what.split(' '), `--as=${its}`, '-n', elsewhere];
    return (await cluster.kubectl(asked)).stdout.trim();
  };
  for (const what of ['create pods --subresource=attach', 'get pvc', 'create pvc'])
    assert.equal(await may(what), 'yes', what);
  for (const what of ['list pvc', 'delete pvc', 'patch pvc', 'create persistentvolumes', 'get secrets'])
    assert.equal(await may(what), 'no', what);
});
