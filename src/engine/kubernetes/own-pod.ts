import type { Env } from '../../host/host.ts';
import { inCluster, type ClusterAddress } from './address.ts';
import type { OwnerReference } from './pod.ts';

/**
 * The pod that this process runs in, as the exported Deployment says it from the pod's own fields: the pods of its
 * sessions go with it. Undefined outside of a cluster, and in another namespace, where the cluster would take an owner for
 * one that is gone and remove every session at once. Pure.
 */
export function ownPod(env: Env, { context, namespace }: ClusterAddress): OwnerReference | undefined {
  const { MCPCAT_POD_NAME: name, MCPCAT_POD_UID: uid, MCPCAT_POD_NAMESPACE: own } = env;
  if (context !== inCluster || own !== namespace || !name || !uid) return undefined;
  return { apiVersion: 'v1', kind: 'Pod', name, uid };
}
