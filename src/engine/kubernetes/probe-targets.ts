import type { ClusterAddresses } from './cluster-addresses.ts';

/** What no pod of ours may reach; of the node that it runs on no policy is sure to keep it away. */
export type Place = 'api-server' | 'cluster-dns' | 'metadata' | 'node';

export interface Target {
  readonly what: Place;
  /** `ADDRESS PORT`. */
  readonly target: string;
}

/** All that is known of where these are. */
export interface Whereabouts {
  /** As the kubeconfig has it. */
  readonly apiServers: readonly string[];
  readonly cluster: ClusterAddresses;
  /** Of the probe's pod (resolv.conf(5)); undefined where it can't be read. */
  readonly resolvConf: string | undefined;
  readonly nodeAddress: string | undefined;
}

export interface Targets {
  readonly tried: readonly Target[];
  /** Whether one of them is an API server by an address of the cluster's own, which the kubeconfig's may not be. */
  readonly insideKnown: boolean;
  /** In words, what nothing is known of: it is not tried, and so not held to be shut. */
  readonly untried: readonly string[];
}

/** A cloud's instance metadata, and the ports of kubelet and name servers. */
const metadata = ['169.254.169.254 80', 'fd00:ec2::254 80'];
const kubeletPort = 10_250;
const dnsPort = 53;

/** The pod's own table of connections is read as far as one answer of the probe has room: a dozen. */
const mostOfEach = 4;

/** Pure. */
export function targetsOf(known: Whereabouts): Targets {
  const { apiServers, cluster, nodeAddress } = known;
  const nameServers = nameServersOf(known.resolvConf ?? '').map((address) => `${address} ${String(dnsPort)}`);
  const tried = [
    ...targets('api-server', [...apiServers, ...cluster.apiServers]),
    ...targets('cluster-dns', [...nameServers, ...cluster.dns]),
    ...targets('metadata', metadata),
    ...targets('node', nodeAddress === undefined ? [] : [`${nodeAddress} ${String(kubeletPort)}`]),
  ];
  const isTried = (place: Place): boolean => tried.some(({ what }) => what === place);
  return {
    tried,
    insideKnown: cluster.apiServers.length > 0,
    untried: [
      ...(isTried('cluster-dns') ? [] : ['the cluster’s DNS']),
      ...(isTried('node') ? [] : ['the node']),
      ...cluster.unread,
    ],
  };
}

function targets(what: Place, all: readonly string[]): Target[] {
  return [...new Set(all)].slice(0, mostOfEach).map((target) => ({ what, target }));
}

export function nameServersOf(resolvConf: string): string[] {
  return resolvConf.split('\n').flatMap((line) => /^nameserver\s+([0-9a-f.:]+)/i.exec(line)?.[1] ?? []);
}
