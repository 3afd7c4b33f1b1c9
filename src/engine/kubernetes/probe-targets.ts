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

/**
 * Addresses of each source. The pod's own table of connections is read as far as one answer of the probe has room, a
 * dozen: these, one for metadata and the node's.
 */
const max = { clusterApiServers: 4, kubeconfigApiServers: 2, nameServers: 2, clusterDns: 2 };

/** Pure. */
export function targetsOf(known: Whereabouts): Targets {
  const { apiServers, cluster, nodeAddress } = known;
  const nameServers = nameServersOf(known.resolvConf ?? '').map((address) => `${address} ${String(dnsPort)}`);
  const api = chosen([
    { all: cluster.apiServers, max: max.clusterApiServers },
    { all: apiServers, max: max.kubeconfigApiServers },
  ]);
  const dns = chosen([
    { all: nameServers, max: max.nameServers },
    { all: cluster.dns, max: max.clusterDns },
  ]);
  return {
    tried: [
      ...targets('api-server', api.taken),
      ...targets('cluster-dns', dns.taken),
      ...targets('metadata', metadata),
      ...targets('node', nodeAddress === undefined ? [] : [`${nodeAddress} ${String(kubeletPort)}`]),
    ],
    insideKnown: api.taken.some((one) => cluster.apiServers.includes(one)),
    untried: [
      ...api.left.map((one) => `the API server at ${one}`),
      ...(dns.taken.length > 0 ? [] : ['the cluster’s DNS']),
      ...dns.left.map((one) => `the name server at ${one}`),
      ...(known.resolvConf === undefined ? ['the name servers in the pod’s /etc/resolv.conf'] : []),
      ...(nodeAddress === undefined ? ['the node'] : []),
      ...cluster.unread,
    ],
  };
}

interface Source {
  readonly all: readonly string[];
  readonly max: number;
}

/** Each address once; what one source has too many of takes no room of another. */
function chosen(sources: readonly Source[]): { readonly taken: string[]; readonly left: string[] } {
  const taken = new Set<string>();
  for (const { all, max: room } of sources)
    for (const one of [...new Set(all)].filter((address) => !taken.has(address)).slice(0, room))
      taken.add(one);
  const left = new Set(sources.flatMap(({ all }) => all)).difference(taken);
  return { taken: [...taken], left: [...left] };
}

function targets(what: Place, all: readonly string[]): Target[] {
  return all.map((target) => ({ what, target }));
}

function nameServersOf(resolvConf: string): string[] {
  return resolvConf.split('\n').flatMap((line) => /^nameserver\s+([0-9a-f.:]+)/i.exec(line)?.[1] ?? []);
}
