import type { ListedServer } from '../../catalog-index/catalog-index.ts';
import type { HostRule } from '../../lib/host-rule.ts';
import { parseHostRules } from '../../lib/host-rules.ts';
import { clientsLabel, serveLabels, serveName, servePort, type ClusterObject } from './objects.ts';

/** Who besides the tunnel enforces the hosts: a network that knows names. */
export type HostPolicies =
  | { readonly kind: 'none' }
  | { readonly kind: 'cilium' }
  /** Where the API server is: `203.0.113.5/32`. */
  | { readonly kind: 'gke'; readonly controlPlane: string };

export interface Policies {
  readonly objects: readonly ClusterObject[];
  /** What they do not say, for people. */
  readonly notes: readonly string[];
}

const api = 'networking.k8s.io/v1';
const dns = [
  { protocol: 'UDP', port: 53 },
  { protocol: 'TCP', port: 53 },
];
/** Where API servers listen: behind the cluster's own service, and themselves. */
const apiServerPorts = [443, 6443];

/**
 * One that stands for all pods and permits nothing, and one for `serve`, which dials for the servers: its own tunnel
 * decides about hosts, the network about ports, and about hosts too where it was asked to. Pure.
 */
export function policies(namespace: string, servers: readonly ListedServer[], hosts: HostPolicies): Policies {
  const rules = [...servers.flatMap((server) => ownRules(server)), ...registries(servers)];
  const denyAll = policy(namespace, 'deny-all', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
  const serve = policy(namespace, serveName, {
    podSelector: { matchLabels: serveLabels },
    policyTypes: ['Ingress', 'Egress'],
    ingress: [
      {
        from: [{ namespaceSelector: { matchLabels: clientsLabel } }],
        ports: [{ protocol: 'TCP', port: servePort }],
      },
    ],
    egress: egressOf(rules, hosts),
  });
  const named = rules.filter(({ kind }) => kind === 'exact' || kind === 'suffix');
  return {
    objects: [denyAll, serve, ...hostObjects(namespace, named, hosts)],
    notes: hosts.kind === 'none' ? [] : notesOf(rules, hosts),
  };
}

/** Where `serve` reads what an image starts. */
function registries(servers: readonly ListedServer[]): HostRule[] {
  const hosts = servers.flatMap(({ image }) => image?.reference?.split('/')[0] ?? []);
  return [...new Set(hosts)].map((host) => {
    const [name = '', port = '443'] = host.split(':');
    return { kind: 'exact', name, ports: [Number(port)] };
  });
}

/** `setting` is of a host that only whoever sets it knows. */
function ownRules({ permissions }: ListedServer): readonly HostRule[] {
  return parseHostRules(permissions.network, 'permissions.network').rules;
}

function policy(namespace: string, name: string, spec: object): ClusterObject {
  return { apiVersion: api, kind: 'NetworkPolicy', metadata: { name, namespace }, spec };
}

function egressOf(rules: readonly HostRule[], hosts: HostPolicies): object[] {
  switch (hosts.kind) {
    case 'none':
      return [{ ports: [...dns, ...tcp([...apiServerPorts, ...portsOf(rules)])] }];
    case 'cilium':
      // Its own policy has all of it.
      return [];
    case 'gke':
      return [
        { ports: dns },
        { to: [{ ipBlock: { cidr: hosts.controlPlane } }], ports: tcp(apiServerPorts) },
      ];
  }
}

function portsOf(rules: readonly HostRule[]): number[] {
  // A setting's host without a port has that of its address, which is known at the start.
  return rules.flatMap(({ kind, ports }) => (kind === 'setting' && ports.length === 0 ? [443] : ports));
}

function tcp(ports: readonly number[]): object[] {
  const sorted = [...new Set(ports)].toSorted((a, b) => a - b);
  return sorted.map((port) => ({ protocol: 'TCP', port }));
}

function hostObjects(namespace: string, rules: readonly HostRule[], hosts: HostPolicies): ClusterObject[] {
  if (hosts.kind === 'none') return [];
  const metadata = { name: `${serveName}-hosts`, namespace };
  if (hosts.kind === 'cilium')
    return [
      {
        ...{ apiVersion: 'cilium.io/v2', kind: 'CiliumNetworkPolicy', metadata },
        spec: { endpointSelector: { matchLabels: serveLabels }, egress: ciliumEgress(rules) },
      },
    ];
  if (rules.length === 0) return [];
  const egress = byPorts(rules).map(({ ports, names }) => ({
    matches: names.map((rule) =>
      rule.kind === 'suffix' ? { pattern: `*.${rule.name}` } : { name: rule.name },
    ),
    ports: tcp(ports),
  }));
  return [
    {
      ...{ apiVersion: 'networking.gke.io/v1alpha1', kind: 'FQDNNetworkPolicy', metadata },
      spec: { podSelector: { matchLabels: serveLabels }, egress },
    },
  ];
}

function ciliumEgress(rules: readonly HostRule[]): object[] {
  const port = (number: number, protocol: string): object => ({ port: String(number), protocol });
  const nameServers = {
    'k8s:io.kubernetes.pod.namespace': 'kube-system',
    'k8s:k8s-app': 'kube-dns',
  };
  return [
    { toEntities: ['kube-apiserver'], toPorts: [{ ports: apiServerPorts.map((one) => port(one, 'TCP')) }] },
    {
      toEndpoints: [{ matchLabels: nameServers }],
      // It learns the addresses from the answers.
      toPorts: [{ ports: [port(53, 'ANY')], rules: { dns: [{ matchPattern: '*' }] } }],
    },
    ...byPorts(rules).map(({ ports, names }) => ({
      toFQDNs: names.map((rule) =>
        rule.kind === 'suffix' ? { matchPattern: `*.${rule.name}` } : { matchName: rule.name },
      ),
      toPorts: [{ ports: ports.map((one) => port(one, 'TCP')) }],
    })),
  ];
}

/** Rules of the same ports together: in one rule of a policy every host has every port. */
function byPorts(rules: readonly HostRule[]): { ports: readonly number[]; names: readonly HostRule[] }[] {
  const groups = Map.groupBy(rules, ({ ports }) => [...ports].toSorted((a, b) => a - b).join(','));
  return [...groups]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([ports, all]) => ({
      ports: ports.split(',').map(Number),
      names: [...new Map(all.map((rule) => [`${rule.kind} ${rule.name}`, rule])).values()].toSorted((a, b) =>
        a.name < b.name ? -1 : 1,
      ),
    }));
}

function notesOf(rules: readonly HostRule[], { kind }: HostPolicies): string[] {
  const settings = rules.filter((rule) => rule.kind === 'setting').map(({ name }) => `{${name}}`);
  const wide = rules.filter((rule) => rule.kind === 'suffix').map(({ name }) => `*.${name}`);
  return [
    'of registries only the hosts that images are named by are in the policies: add those that they redirect to',
    ...(settings.length === 0
      ? []
      : [`hosts of settings are not in the policies, add yours: ${[...new Set(settings)].join(', ')}`]),
    ...(rules.some((rule) => rule.kind === 'any')
      ? ['a server may reach any host, which the policies do not permit']
      : []),
    ...(wide.length === 0
      ? []
      : [`${kind} takes one label for the star, the tunnel any number: ${[...new Set(wide)].join(', ')}`]),
  ];
}
