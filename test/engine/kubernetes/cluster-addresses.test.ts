import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clusterAddresses, type ClusterAddresses } from '../../../src/engine/kubernetes/cluster-addresses.ts';
import { standIn } from './stand-in.ts';

const tcp = (port: number): object => ({ port, protocol: 'TCP' });
const service = '/api/v1/namespaces/default/services/kubernetes';
const dns = '/api/v1/namespaces/kube-system/services/kube-dns';
const slices = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices';

/** As 1.34 answers. */
const whole: Readonly<Record<string, object>> = {
  '/api': {
    serverAddressByClientCIDRs: [
      { clientCIDR: '0.0.0.0/0', serverAddress: '10.0.0.7:6443' },
      { clientCIDR: '::/0', serverAddress: '[2001:db8::7]:6443' },
      { clientCIDR: '10.0.0.0/8', serverAddress: 'nowhere' },
    ],
  },
  [service]: { spec: { clusterIPs: ['10.96.0.1', 'fd00::1'], ports: [tcp(443)] } },
  [slices]: {
    items: [
      { endpoints: [{ addresses: ['10.0.0.7'] }, { addresses: ['10.0.0.8'] }], ports: [tcp(6443)] },
      { endpoints: null, ports: null },
    ],
  },
  [dns]: { spec: { clusterIPs: ['10.96.0.10'], ports: [{ port: 53, protocol: 'UDP' }, tcp(53)] } },
};

async function readFrom(
  objects: Readonly<Record<string, object>>,
  otherwise: number,
): Promise<ClusterAddresses> {
  await using there = await standIn({
    onRequest: (request, response) => {
      const [path = ''] = (request.url ?? '').split('?');
      const found = objects[path];
      response.writeHead(found === undefined ? otherwise : 200).end(JSON.stringify(found ?? {}));
    },
  });
  return await clusterAddresses(there.api);
}

test('where everything may be read, API servers and name servers are known by address and TCP port', async () => {
  assert.deepEqual(await readFrom(whole, 404), {
    apiServers: [
      '10.0.0.7 6443',
      '2001:db8::7 6443',
      '10.96.0.1 443',
      'fd00::1 443',
      '10.0.0.7 6443',
      '10.0.0.8 6443',
    ],
    dns: ['10.96.0.10 53'],
    unread: [],
  });
});

test('a cluster without that service, or with one without an address, has none', async () => {
  const headless = { [dns]: { spec: { clusterIPs: ['None'], ports: [tcp(53)] } } };
  assert.deepEqual(await readFrom(headless, 404), { apiServers: [], dns: [], unread: [] });
});

test('what may not be read is said, and the rest is read all the same', async () => {
  const { [dns]: _, ...others } = whole;
  assert.deepEqual((await readFrom(others, 403)).unread, ['the service kube-dns']);
  assert.deepEqual(await readFrom({}, 403), {
    apiServers: [],
    dns: [],
    unread: [
      'what the API server advertises',
      'the service kubernetes',
      'the addresses behind the service kubernetes',
      'the service kube-dns',
    ],
  });
});

test('an API server that fails is no right that is missing', async () => {
  await assert.rejects(readFrom({}, 500), { code: 'engine-failed' });
});
