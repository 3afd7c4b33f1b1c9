import type { Env, Host } from '../../host/host.ts';
import type { Engine } from '../engine.ts';
import { clusterAddress, inCluster } from './address.ts';
import { Api } from './api.ts';
import { accessOf } from './credentials.ts';
import { imageFacts } from './image-config.ts';
import { kubernetesEngine } from './kubernetes-engine.ts';
import { NetworkGate } from './network-gate.ts';
import type { OwnerReference } from './pod.ts';

/** The port to one namespace of a cluster. Nothing is sent before the first call. */
export function connectCluster(
  endpoint: string,
  { env, host }: { readonly env: Env; readonly host: Host },
): Engine {
  const address = clusterAddress(endpoint);
  const api = new Api(accessOf(address.context, { env, host }));
  const { cache } = host.folders(env);
  return kubernetesEngine({
    address,
    api,
    owner: address.context === inCluster ? ownPod(env) : undefined,
    gate: new NetworkGate({ address, api, host, cache }),
    imageFacts: (reference) => imageFacts(reference, { env, host, cache }),
  });
}

/** As the exported Deployment says it, from the pod's own fields. Another namespace's pod owns nothing here. */
function ownPod(env: Env): OwnerReference | undefined {
  const [name, uid] = [env['MCPCAT_POD_NAME'], env['MCPCAT_POD_UID']];
  return name && uid ? { apiVersion: 'v1', kind: 'Pod', name, uid } : undefined;
}
