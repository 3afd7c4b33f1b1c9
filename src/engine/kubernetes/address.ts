import { McpcatError } from '../../lib/errors.ts';

/** Which cluster, as whom, and where in it. */
export interface ClusterAddress {
  /** `kubernetes://CONTEXT/NAMESPACE`, as it was given. */
  readonly endpoint: string;
  /** A context of the kubeconfig, or `inCluster`. */
  readonly context: string;
  readonly namespace: string;
}

/** Instead of a context: the service account of the pod that this process runs in. */
export const inCluster = 'in-cluster';

const scheme = 'kubernetes://';
/** RFC 1123, as the API server has it. */
const namespacePattern = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;

/** Reads `kubernetes://CONTEXT/NAMESPACE`; a context's own slashes may stand as they are (`arn:aws:eks:…/name`). Throws `usage`. */
export function clusterAddress(text: string): ClusterAddress {
  const rest = text.startsWith(scheme) ? text.slice(scheme.length) : '';
  const at = rest.lastIndexOf('/');
  const namespace = rest.slice(at + 1);
  const context = decoded(rest.slice(0, Math.max(0, at)));
  if (context !== undefined && context !== '' && namespacePattern.test(namespace))
    return { endpoint: text, context, namespace };
  throw new McpcatError('usage', `expected a cluster as kubernetes://CONTEXT/NAMESPACE, found "${text}"`, {
    hint: `a context of your kubeconfig (kubectl config get-contexts), or ${inCluster}`,
  });
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
