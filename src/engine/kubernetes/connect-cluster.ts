import type { Env, Host } from '../../host/host.ts';
import type { Engine } from '../engine.ts';
import type { ClusterAccess } from './access.ts';
import { clusterAddress, type ClusterAddress } from './address.ts';
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

interface Connected {
  readonly madeOf: string;
  readonly engine: Engine;
  /** Whoever connected last and listens hears what is said. */
  readonly heard: { say: Connecting['say'] };
}

/** By environment and endpoint, the last one each. */
const connected = new WeakMap<Env, Map<string, Connected>>();

/**
 * The port to one namespace of a cluster. Nothing is sent before the first call. All starts of one process share it, with
 * its connections, what its exec plugin has answered and what is being proved, until the kubeconfig, or a certificate that
 * it names, says something else.
 */
export function connectCluster(endpoint: string, connecting: Connecting): Engine {
  const { env, say } = connecting;
  const address = clusterAddress(endpoint);
  const { madeOf, ...access } = accessOf(address.context, connecting);
  const ofEnv = connected.get(env) ?? new Map<string, Connected>();
  connected.set(env, ofEnv);
  const before = ofEnv.get(endpoint);
  if (before?.madeOf === madeOf) {
    if (say !== undefined) before.heard.say = say;
    return before.engine;
  }
  const heard: Connected['heard'] = { say };
  const engine = connect(address, access, { ...connecting, heard });
  ofEnv.set(endpoint, { madeOf, engine, heard });
  return engine;
}

function connect(
  address: ClusterAddress,
  access: ClusterAccess,
  { env, host, heard }: Connecting & Pick<Connected, 'heard'>,
): Engine {
  const api = new Api(access);
  const { cache } = host.folders(env);
  return kubernetesEngine({
    address,
    api,
    owner: ownPod(env, address),
    gate: new NetworkGate({ address, api, host, cache, heard }),
    imageFacts: (reference) => imageFacts(reference, { env, host, cache }),
  });
}
