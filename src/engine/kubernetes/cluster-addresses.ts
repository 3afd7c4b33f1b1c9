import { McpcatError } from '../../lib/errors.ts';
import { fieldsOf, itemsOf, textOf } from '../json.ts';
import type { Api } from './api.ts';

/** Where a cluster has what no pod of ours may reach, as its API tells. */
export interface ClusterAddresses {
  /** `ADDRESS PORT` of API servers: as they advertise themselves, of the service `kubernetes`, and of all behind it. */
  readonly apiServers: readonly string[];
  /** `ADDRESS PORT` of the service `kube-dns`, which CoreDNS keeps by that name. */
  readonly dns: readonly string[];
  /** What may not be read, in words. */
  readonly unread: readonly string[];
}

interface Source {
  readonly name: string;
  readonly resource: string;
  readonly namespace?: string;
  readonly verb: 'get' | 'list';
  readonly path: string;
  readonly read: (answer: unknown) => readonly string[];
}

const sources: Readonly<Record<'advertised' | 'service' | 'behind' | 'dns', Source>> = {
  // Whoever has proved who they are may read that, unless it was taken away (system:discovery).
  advertised: {
    name: 'what the API server advertises',
    resource: '/api',
    verb: 'get',
    path: '/api',
    read: (answer) => itemsOf(fieldsOf(answer)['serverAddressByClientCIDRs']).flatMap(advertised),
  },
  service: serviceSource('default', 'kubernetes'),
  behind: {
    name: 'the addresses behind the service kubernetes',
    resource: 'endpointslices.discovery.k8s.io',
    namespace: 'default',
    verb: 'list',
    path: '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3Dkubernetes',
    read: (answer) => itemsOf(fieldsOf(answer)['items']).flatMap(addressesOfSlice),
  },
  dns: serviceSource('kube-system', 'kube-dns'),
};

function serviceSource(namespace: string, name: string): Source {
  return {
    ...{ name: `the service ${name}`, resource: 'services', namespace, verb: 'get' },
    path: `/api/v1/namespaces/${namespace}/services/${name}`,
    read: addressesOfService,
  };
}

/** As far as it may be read: the Role that is exported permits none but the first. Rejects where the API server is gone. */
export async function clusterAddresses(api: Api): Promise<ClusterAddresses> {
  const [own, service, behind, dns] = await Promise.all([
    readFrom(api, sources.advertised),
    readFrom(api, sources.service),
    readFrom(api, sources.behind),
    readFrom(api, sources.dns),
  ]);
  const all = [own, service, behind, dns];
  return {
    apiServers: [own, service, behind].flatMap(({ found = [] }) => found),
    dns: dns.found ?? [],
    unread: all.filter(({ found }) => found === undefined).map(({ name }) => name),
  };
}

/** None where there is no such thing. */
async function readFrom(
  api: Api,
  { name, verb, resource, namespace, path, read }: Source,
): Promise<{ readonly name: string; readonly found: readonly string[] | undefined }> {
  try {
    const asked = { verbs: [verb], resource, ...(namespace === undefined ? {} : { namespace }) };
    return { name, found: read(await api.find({ method: 'GET', path, asked })) };
  } catch (error) {
    if (error instanceof McpcatError && error.code === 'engine-denied') return { name, found: undefined };
    throw error;
  }
}

/** Of meta/v1, APIVersions: `10.0.0.7:6443`. */
function advertised(one: unknown): string[] {
  const [, host, port] = /^\[?([0-9a-f.:]+?)\]?:(\d+)$/i.exec(textOf(fieldsOf(one)['serverAddress'])) ?? [];
  return host === undefined || port === undefined ? [] : [`${host} ${port}`];
}

/** Of core/v1, Service. One without an address of its own (`None`) has none. */
function addressesOfService(service: unknown): string[] {
  const spec = fieldsOf(fieldsOf(service)['spec']);
  const addresses = itemsOf(spec['clusterIPs'])
    .map(textOf)
    .filter((address) => /^[0-9a-f.:]+$/i.test(address));
  return addressed(addresses, portsOf(spec));
}

/** Of discovery.k8s.io/v1, EndpointSlice. */
function addressesOfSlice(slice: unknown): string[] {
  const fields = fieldsOf(slice);
  const addresses = itemsOf(fields['endpoints']).flatMap((one) =>
    itemsOf(fieldsOf(one)['addresses']).map(textOf),
  );
  return addressed(addresses, portsOf(fields));
}

function portsOf(fields: Readonly<Record<string, unknown>>): number[] {
  const ports = itemsOf(fields['ports']).map(fieldsOf);
  // The probe speaks TCP; a name server's is asked by name besides.
  return ports.flatMap(({ port, protocol }) =>
    protocol === 'TCP' && typeof port === 'number' ? [port] : [],
  );
}

function addressed(addresses: readonly string[], ports: readonly number[]): string[] {
  return addresses.flatMap((address) => ports.map((port) => `${address} ${String(port)}`));
}
