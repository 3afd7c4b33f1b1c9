import { serveLabels, serveName, type ClusterObject } from './objects.ts';

/** Verbs on one kind of object. */
interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/**
 * What mcpcat needs in a namespace, and nothing else anywhere. The WebSocket of a session was authorised as `get` before
 * Kubernetes 1.35, and is as `create` since (KEP-4006): it needs both.
 */
export const sessionRules: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['pods'], verbs: ['create', 'delete', 'get', 'list', 'watch'] },
  { apiGroups: [''], resources: ['pods/exec'], verbs: ['create', 'get'] },
  // Whether one permits the sessions' pods anything is looked at before the first start.
  { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: ['list'] },
];

/** The namespace, under Pod Security's strictest level. */
export function namespaceObject(namespace: string): ClusterObject {
  const level = (kind: string): string => `pod-security.kubernetes.io/${kind}`;
  const labels = { [level('enforce')]: 'restricted', [level('enforce-version')]: 'latest' };
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } };
}

/** Who `serve` is and what it may. */
export function accessObjects(namespace: string): ClusterObject[] {
  const metadata = { name: serveName, namespace, labels: serveLabels };
  const apiGroup = 'rbac.authorization.k8s.io';
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata, automountServiceAccountToken: false },
    { apiVersion: `${apiGroup}/v1`, kind: 'Role', metadata, rules: sessionRules },
    {
      ...{ apiVersion: `${apiGroup}/v1`, kind: 'RoleBinding', metadata },
      roleRef: { apiGroup, kind: 'Role', name: serveName },
      subjects: [{ kind: 'ServiceAccount', name: serveName, namespace }],
    },
  ];
}
