import type { ListedServer } from '../../catalog-index/catalog-index.ts';
import { serveLabels, serveName, type ClusterObject } from './objects.ts';

/** Verbs on one kind of object. */
interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** What the servers need beyond what every session does. */
export interface Needs {
  /** One has a secret. */
  readonly secrets: boolean;
  /** One keeps files. */
  readonly state: boolean;
}

export function needsOf(servers: readonly Pick<ListedServer, 'env' | 'permissions'>[]): Needs {
  return {
    secrets: servers.some(({ env }) => Object.values(env).some(({ secret }) => secret)),
    state: servers.some(({ permissions }) => permissions.state.length > 0),
  };
}

/** What mcpcat needs in a namespace, and nothing else anywhere. */
function rulesFor({ secrets, state }: Needs): readonly PolicyRule[] {
  return [...sessionRules, ...(secrets ? [handoffRule] : []), ...(state ? [stateRule] : [])];
}

/**
 * The WebSocket of a session was authorised as `get` before Kubernetes 1.35, and is as `create` since (KEP-4006): it needs
 * both.
 */
const sessionRules: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['pods'], verbs: ['create', 'delete', 'get', 'list', 'watch'] },
  { apiGroups: [''], resources: ['pods/exec'], verbs: ['create', 'get'] },
  // Whether one permits the sessions' pods anything is looked at before the first start.
  { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: ['list'] },
];

/** A parked process 1 waits for a handoff, an empty one, where its server is given secrets. */
const handoffRule: PolicyRule = { apiGroups: [''], resources: ['pods/attach'], verbs: ['create', 'get'] };

/** To make a claim, and to see whose one is; none is listed, and none removed. */
const stateRule: PolicyRule = {
  ...{ apiGroups: [''], resources: ['persistentvolumeclaims'] },
  verbs: ['create', 'get'],
};

/** The namespace, under Pod Security's strictest level. */
export function namespaceObject(namespace: string): ClusterObject {
  const level = (kind: string): string => `pod-security.kubernetes.io/${kind}`;
  const labels = { [level('enforce')]: 'restricted', [level('enforce-version')]: 'latest' };
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } };
}

/** Who `serve` is and what it may. */
export function accessObjects(namespace: string, needs: Needs): ClusterObject[] {
  const metadata = { name: serveName, namespace, labels: serveLabels };
  const apiGroup = 'rbac.authorization.k8s.io';
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata, automountServiceAccountToken: false },
    { apiVersion: `${apiGroup}/v1`, kind: 'Role', metadata, rules: rulesFor(needs) },
    {
      ...{ apiVersion: `${apiGroup}/v1`, kind: 'RoleBinding', metadata },
      roleRef: { apiGroup, kind: 'Role', name: serveName },
      subjects: [{ kind: 'ServiceAccount', name: serveName, namespace }],
    },
  ];
}
