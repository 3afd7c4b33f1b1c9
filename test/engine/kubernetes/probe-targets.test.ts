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

test('an API server is tried at its service’s address, behind that, and at the kubeconfig’s, each once', () => {
  assert.deepEqual(of('api-server', whole), ['10.96.0.1 443', '10.0.0.7 6443', '203.0.113.5 6443']);
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

const many = (network: string): string[] =>
  Array.from({ length: 6 }, (_, index) => `${network}.${String(index)} 443`);

test('many addresses in the kubeconfig take no room of the cluster’s own, and what is left out is said', () => {
  const apiServers = many('203.0.113');
  const { untried, insideKnown } = targetsOf({ ...whole, apiServers });
  const own = whole.cluster.apiServers;
  assert.deepEqual(of('api-server', { ...whole, apiServers }), [...own, ...apiServers.slice(0, 2)]);
  assert.equal(insideKnown, true);
  assert.deepEqual(
    untried,
    apiServers.slice(2).map((one) => `the API server at ${one}`),
  );
});

test('of many addresses a few are tried, for the pod’s table of connections has room for a dozen; the others are said', () => {
  const crowded = {
    ...whole,
    apiServers: many('203.0.113'),
    cluster: { apiServers: many('10.0.0'), dns: many('10.96.0'), unread: [] },
  };
  const { tried, untried } = targetsOf(crowded);
  const shownTogether = tried.filter(({ target }) => !target.includes('::'));
  assert.equal(shownTogether.length, 12);
  assert.ok(untried.includes('the API server at 10.0.0.5 443'), untried.join());
  assert.ok(untried.includes('the name server at 10.96.0.5 443'), untried.join());
});

test('name servers in a file that can’t be read are said not to be tried', () => {
  const { untried } = targetsOf({ ...whole, resolvConf: undefined });
  assert.deepEqual(untried, ['the name servers in the pod’s /etc/resolv.conf']);
});
