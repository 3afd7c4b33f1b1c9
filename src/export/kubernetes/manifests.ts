import { stringify } from 'yaml';
import type { ListedServer } from '../../catalog-index/catalog-index.ts';
import { accessObjects, namespaceObject, needsOf } from './access.ts';
import { secretNames, type ClusterObject } from './objects.ts';
import { policies, type HostPolicies } from './policies.ts';
import { serveObjects, type ServeWishes } from './serve.ts';

export interface ManifestWishes extends Omit<ServeWishes, 'servers'> {
  readonly hosts: HostPolicies;
}

export interface Manifests {
  /** By name of the file, `kustomization.yaml` among them. */
  readonly files: ReadonlyMap<string, string>;
  /** All objects as one stream of documents. */
  readonly stream: string;
  /** What is left to people, one line each. */
  readonly notes: readonly string[];
}

/** `mcpcat serve` for a cluster: the same servers and namespace, the same bytes. Pure. */
export function manifests(servers: readonly ListedServer[], wishes: ManifestWishes): Manifests {
  const { namespace } = wishes;
  const network = policies(namespace, servers, wishes.hosts);
  const groups: Readonly<Record<string, readonly ClusterObject[]>> = {
    'namespace.yaml': [namespaceObject(namespace)],
    'access.yaml': accessObjects(namespace, needsOf(servers)),
    'network.yaml': network.objects,
    'serve.yaml': serveObjects({ ...wishes, servers }),
  };
  const kustomization = {
    ...{ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization' },
    resources: Object.keys(groups),
  };
  return {
    files: new Map([
      ...Object.entries(groups).map(([file, objects]) => [file, documents(objects)] as const),
      ['kustomization.yaml', documents([kustomization])],
    ]),
    stream: documents(Object.values(groups).flat()),
    notes: [...secretNotes(namespace, servers), ...network.notes],
  };
}

/** YAML 1.1, which is what Kubernetes reads: `on` without quotes is a boolean there (findings/yaml-meets-kubernetes.sh). */
function documents(objects: readonly object[]): string {
  return objects
    .map((object) => stringify(object, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false }))
    .join('---\n');
}

function secretNotes(namespace: string, servers: readonly ListedServer[]): string[] {
  const required = servers.flatMap(({ env }) =>
    Object.entries(env).flatMap(([name, setting]) => (setting.required ? [name] : [])),
  );
  const names = [...new Set(required)].toSorted();
  return [
    `the secret ${secretNames.token} in ${namespace} holds what clients send, under the key token: at least 32 letters and digits`,
    ...(names.length === 0
      ? []
      : [`the secret ${secretNames.settings} in ${namespace} needs: ${names.join(', ')}`]),
  ];
}
