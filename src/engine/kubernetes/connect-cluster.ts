import type { Env, Host } from '../../host/host.ts';
import type { Engine } from '../engine.ts';
import { clusterAddress } from './address.ts';
import { Api } from './api.ts';
import { accessOf } from './credentials.ts';
import { imageFacts } from './image-config.ts';
import { kubernetesEngine } from './kubernetes-engine.ts';
import { NetworkGate } from './network-gate.ts';
import { ownPod } from './own-pod.ts';

interface Connecting {
  readonly env: Env;
  readonly host: Host;
  /** One line for people. */
  readonly say?: ((line: string) => void) | undefined;
}

/** The port to one namespace of a cluster. Nothing is sent before the first call. */
export function connectCluster(endpoint: string, { env, host, say }: Connecting): Engine {
  const address = clusterAddress(endpoint);
  const api = new Api(accessOf(address.context, { env, host }));
  const { cache } = host.folders(env);
  return kubernetesEngine({
    address,
    api,
    owner: ownPod(env, address),
    gate: new NetworkGate({ address, api, host, cache, say }),
    imageFacts: (reference) => imageFacts(reference, { env, host, cache }),
  });
}
