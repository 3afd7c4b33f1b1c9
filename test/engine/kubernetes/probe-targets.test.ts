import assert from 'node:assert/strict';
import { test } from 'node:test';
import { targetsOf, type Whereabouts } from '../../../src/engine/kubernetes/probe-targets.ts';

const whole: Whereabouts = {
  apiServers: ['203.0.113.5 6443'],
  cluster: { apiServers: ['10.96.0.1 443', '10.0.0.7 6443'], dns: ['10.96.0.10 53'], unread: [] },
  resolvConf: 'search mcpcat.svc.cluster.local\nnameserver 10.96.0.10\nnameserver 169.254.20.10\n',
  nodeAddress: '10.0.0.7',
};
const nothingRead = { apiServers: [], dns: [], unread: ['the service kubernetes', 'the service kube-dns'] };

function of(what: string, known: Whereabouts): string[] {
  return targetsOf(known).tried.flatMap((one) => (one.what === what ? [one.target] : []));
}

test('an API server is tried at the kubeconfig’s address, at its service’s, and behind that, each once', () => {
  assert.deepEqual(of('api-server', whole), ['203.0.113.5 6443', '10.96.0.1 443', '10.0.0.7 6443']);
});

test('name servers of the pod and the service kube-dns are tried, the node and both metadata addresses', () => {
  assert.deepEqual(of('cluster-dns', whole), ['10.96.0.10 53', '169.254.20.10 53']);
  assert.deepEqual(of('node', whole), ['10.0.0.7 10250']);
  assert.deepEqual(of('metadata', whole), ['169.254.169.254 80', 'fd00:ec2::254 80']);
  assert.deepEqual(targetsOf(whole).untried, []);
});

test('with the right to read what is advertised alone, an address of the cluster’s own is known; the rest is said', () => {
  const { insideKnown, untried } = targetsOf({
    ...whole,
    cluster: { ...nothingRead, apiServers: ['10.0.0.7 6443'] },
  });
  assert.equal(insideKnown, true);
  assert.deepEqual(untried, nothingRead.unread);
});

test('where nobody tells, that is no proof: of the API server, of name servers, of the node', () => {
  const bare = { resolvConf: 'options ndots:5\n', nodeAddress: undefined };
  const { insideKnown, untried } = targetsOf({ ...whole, ...bare, cluster: nothingRead });
  assert.equal(insideKnown, false);
  assert.deepEqual(untried, ['the cluster’s DNS', 'the node', ...nothingRead.unread]);
});

test('of many addresses a few are tried: the pod’s table of connections has room for a dozen', () => {
  const many = Array.from({ length: 20 }, (_, index) => `10.0.0.${String(index)} 6443`);
  assert.equal(of('api-server', { ...whole, cluster: { ...whole.cluster, apiServers: many } }).length, 4);
});
