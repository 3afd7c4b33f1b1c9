import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import type { ListedServer } from '../../../src/catalog-index/catalog-index.ts';
import { chooseForCluster } from '../../../src/export/kubernetes/choose.ts';
import { manifests } from '../../../src/export/kubernetes/manifests.ts';
import type { HostPolicies } from '../../../src/export/kubernetes/policies.ts';
import { imageText, listed } from '../../catalog-index/rig.ts';

const golden = path.resolve(import.meta.dirname, '../../golden/kubernetes');
const sessions = { isolation: 'policy', acceptMissing: ['pids', 'swap'] };
const image = `registry.example.com/mcpcat/mcpcat@sha256:${'c'.repeat(64)}`;

const entry = `env:
  KEY: {description: The key, required: true, secret: true, example: abc}
  REGION: {description: The region}
  HOST: {description: The host of the database}
permissions:
  network: [api.example.com, "*.cdn.example.com:8443", "{HOST}:5432", other.example.com]
  mounts:
    - {name: data, target: /data, description: What it reads}
`;

async function server(t: TestContext): Promise<ListedServer> {
  return listed(t, entry);
}

function made(servers: readonly ListedServer[], hosts: HostPolicies): ReturnType<typeof manifests> {
  return manifests(servers, { namespace: 'team', image, hosts, ...sessions });
}

const kinds: readonly HostPolicies[] = [
  { kind: 'none' },
  { kind: 'cilium' },
  { kind: 'gke', controlPlane: '203.0.113.5/32' },
];

for (const hosts of kinds)
  test(`the manifests with policies for hosts: ${hosts.kind} are the golden ones; U=1 rewrites them`, async (t) => {
    const { stream } = made([await server(t)], hosts);
    const file = path.join(golden, `${hosts.kind}.yaml`);
    if (process.env['U'] === '1') {
      mkdirSync(golden, { recursive: true });
      writeFileSync(file, stream);
    }
    assert.equal(stream, readFileSync(file, 'utf8'));
  });

test('the files of the folder hold the same objects, and the kustomization names each', async (t) => {
  const { files, stream } = made([await server(t)], { kind: 'none' });
  const { resources } = parse(files.get('kustomization.yaml') ?? '') as { resources: string[] };
  assert.deepEqual([...resources, 'kustomization.yaml'].toSorted(), [...files.keys()].toSorted());
  const objects = resources.flatMap((file) => documents(files.get(file) ?? ''));
  assert.deepEqual(objects, documents(stream));
});

function documents(text: string): unknown[] {
  return parseAllDocuments(text).map((document) => document.toJS() as unknown);
}

test('how many pods are kept parked is an argument of serve, and none where nobody asked', async (t) => {
  const servers = [await server(t)];
  const wishes = { namespace: 'team', image, hosts: { kind: 'none' }, ...sessions } as const;
  assert.match(manifests(servers, { ...wishes, warm: 2 }).stream, /- --warm=2\n/);
  assert.doesNotMatch(manifests(servers, wishes).stream, /--warm/);
});

test('the same servers in another order or twice are the same policies', async (t) => {
  const one = await server(t);
  const two = await listed(t, 'permissions: {network: [z.example.com, a.example.com]}\n');
  const network = (servers: readonly ListedServer[]): string | undefined =>
    made(servers, { kind: 'cilium' }).files.get('network.yaml');
  assert.equal(network([one, two]), network([two, one, two]));
});

test('what policies of names can not say is said to people', async (t) => {
  const any = await listed(t, 'permissions: {network: ["*"]}\n');
  assert.deepEqual(made([await server(t), any], { kind: 'cilium' }).notes.slice(-3), [
    'hosts of settings are not in the policies, add yours: {HOST}',
    'a server may reach any host, which the policies do not permit',
    'cilium takes one label for the star, the tunnel any number: *.cdn.example.com',
  ]);
  assert.deepEqual(
    made([any], { kind: 'none' }).notes.map((note) => note.slice(0, 10)),
    ['the secret'],
  );
});

test('servers without hosts leave serve the API server and names alone', async (t) => {
  const { files } = made([await listed(t)], { kind: 'none' });
  const [, serve] = documents(files.get('network.yaml') ?? '');
  const { spec } = serve as { spec: { egress: unknown } };
  const port = (protocol: string, number: number): object => ({ protocol, port: number });
  assert.deepEqual(spec.egress, [
    { ports: [port('UDP', 53), port('TCP', 53), port('TCP', 443), port('TCP', 6443)] },
  ]);
});

test('a server without an image in a registry, or with a folder that it needs, is left out with its reason', async (t) => {
  const unpublished = await listed(t, '', {
    'x/image.json': imageText({ repository: null, published: null }),
  });
  const mount = '{name: data, target: /data, required: true, description: What it reads}';
  const folder = await listed(t, `permissions: {mounts: [${mount}]}\n`);
  const http = await listed(t, 'transport: {http: {port: 3000}}\n');
  const kept = '{name: kept, target: /state, description: What it remembers}';
  const state = await listed(t, `permissions: {state: [${kept}]}\n`);
  const { chosen, left } = chooseForCluster([unpublished, folder, http, state], { unproved: true });
  assert.deepEqual(chosen, [http, state]);
  assert.deepEqual(
    left.map(({ reason }) => reason),
    [
      'its image is in no registry yet (mcpcat publish)',
      'it needs a folder or file of yours (data), and a pod has none',
    ],
  );
});

test('the Role has what the servers need, and no more', async (t) => {
  const kept = '{name: kept, target: /state, description: What it remembers}';
  const rules = (servers: readonly ListedServer[]): readonly string[] => {
    const role = documents(made(servers, { kind: 'none' }).stream).find(
      (one) => (one as { kind: string }).kind === 'Role',
    );
    const { rules: all } = role as { rules: { resources: string[]; verbs: string[] }[] };
    return all.map(({ resources, verbs }) => `${resources.join()} ${verbs.join()}`);
  };
  const always = ['pods create,delete,get,list,watch', 'pods/exec create,get', 'networkpolicies list'];
  const attach = 'pods/attach create,get';
  const claims = 'persistentvolumeclaims create,get';
  const state = await listed(t, `permissions: {state: [${kept}]}\n`);
  const secret = await listed(t, 'env: {KEY: {description: The key, secret: true, example: abc}}\n');
  assert.deepEqual(rules([await listed(t)]), always);
  assert.deepEqual(rules([state]), [...always, claims]);
  assert.deepEqual(rules([secret]), [...always, attach]);
  assert.deepEqual(rules([state, secret]), [...always, attach, claims]);
});

test('what Kubernetes would take for another kind of value stands in quotes (sigs.k8s.io/yaml 1.6.0)', () => {
  for (const namespace of ['on', 'y', 'off', '1_000', '0b101', '1e3', 'null']) {
    const { stream } = manifests([], { namespace, image, hosts: { kind: 'none' }, ...sessions });
    const [first] = parseAllDocuments(stream, { version: '1.1' });
    assert.equal(first?.getIn(['metadata', 'name']), namespace);
  }
});
