import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Host } from '../../host/host.ts';
import { McpcatError } from '../../lib/errors.ts';
import { keepNow } from '../../lib/write-now.ts';
import type { ContainerSettings } from '../engine.ts';
import type { ClusterAddress } from './address.ts';
import type { Api } from './api.ts';
import { clusterAddresses } from './cluster-addresses.ts';
import { openExec } from './execs.ts';
import { softenings } from './hardened.ts';
import { policyRuntime } from './pod-body.ts';
import type { Pods } from './pods.ts';
import { policiesOf, refuseOpenPolicies, type NetworkPolicy } from './policies.ts';
import { proveNetwork, type NetworkProof, type ProbePod } from './prove-network.ts';

/** Milliseconds for which a proof counts: nodes and network plugins are renewed meanwhile. */
const validMs = 24 * 3600 * 1000;

/** Of what is tried: a proof that tried less does not count. */
const proofVersion = 3;

interface Gating {
  readonly address: ClusterAddress;
  readonly api: Api;
  readonly host: Host;
  /** A folder for what was proved. */
  readonly cache: string;
  readonly now?: () => number;
  /** Whoever listens now hears, in one line for people, what no proof is about. */
  readonly heard?: { readonly say: ((line: string) => void) | undefined };
}

/** Lets no server into a cluster before it is proved that it will have no network there, or one that a policy shuts. */
export class NetworkGate {
  readonly #gating: Gating;
  /** By the file that the proof will be in: what is proved of one RuntimeClass says nothing of another. */
  readonly #proving = new Map<string, Promise<NetworkProof>>();
  /** What somebody has heard last: `serve` starts thousands of servers. */
  #said: string | undefined;

  constructor(gating: Gating) {
    this.#gating = gating;
  }

  /** Throws `engine-unfit`. */
  async pass(settings: ContainerSettings, pods: Pods): Promise<NetworkProof> {
    const proof = await this.#proof(settings, pods);
    if (proof.kind === 'policy' && proof.untried.length > 0)
      this.#sayOnce(
        `whether a pod reaches these could not be tried, and is not known: ${proof.untried.join(', ')}`,
      );
    return proof;
  }

  #sayOnce(line: string): void {
    const say = this.#gating.heard?.say;
    if (say === undefined || line === this.#said) return;
    this.#said = line;
    say(line);
  }

  async #proof(settings: ContainerSettings, pods: Pods): Promise<NetworkProof> {
    const { runtime } = settings;
    if (runtime === undefined) throw unnamed();
    const policies = runtime === policyRuntime ? await this.#policies() : [];
    const file = this.#file(runtime, policies);
    const kept = this.#kept(file);
    if (kept !== undefined) return kept;
    const underWay = this.#proving.get(file);
    if (underWay !== undefined) return underWay;
    const proving = this.#prove(settings, pods)
      .then((proof) => {
        keepNow(file, { proof, at: this.#now() });
        return proof;
      })
      .finally(() => this.#proving.delete(file));
    this.#proving.set(file, proving);
    return proving;
  }

  #now(): number {
    return (this.#gating.now ?? Date.now)();
  }

  async #policies(): Promise<readonly NetworkPolicy[]> {
    const { api, address } = this.#gating;
    const policies = await policiesOf(api, address.namespace);
    refuseOpenPolicies(policies, address.namespace);
    return policies;
  }

  /** By cluster, namespace and way; another policy is another proof. */
  #file(runtime: string, policies: readonly NetworkPolicy[]): string {
    const { address, api, cache } = this.#gating;
    const specs = policies.map(({ metadata, spec }) => [metadata.name, spec]);
    const what = JSON.stringify([proofVersion, ...api.identity, address.namespace, runtime, specs]);
    return path.join(cache, 'kubernetes', 'networks', createHash('sha256').update(what).digest('hex'));
  }

  /** A file of another user is not believed. */
  #kept(file: string): NetworkProof | undefined {
    try {
      if (!this.#gating.host.owns(statSync(file))) return undefined;
      const { proof, at } = JSON.parse(readFileSync(file, 'utf8')) as { proof: NetworkProof; at: number };
      return this.#now() - at < validMs ? proof : undefined;
    } catch {
      return undefined;
    }
  }

  async #prove(settings: ContainerSettings, pods: Pods): Promise<NetworkProof> {
    const { api, address } = this.#gating;
    return proveNetwork({
      settings,
      namespace: address.namespace,
      server: api.server,
      addresses: async () => clusterAddresses(api),
      withPod: async (body, use) => {
        const made = await pods.create(body);
        const { name } = body.metadata;
        try {
          // The probe of cluster DNS alone may have the cluster's.
          const soft = softenings(made).filter(({ at }) => at !== 'spec.dnsPolicy');
          if (soft.length > 0)
            throw new McpcatError(
              'container-differs',
              `the API server has changed the probe's pod: ${soft[0]?.at ?? ''}`,
            );
          const running = await pods.running(made);
          const probe: ProbePod = {
            nodeAddress: running.status?.hostIP,
            exec: (command) => openExec({ api, pods }, { pod: name, command }),
          };
          return await use(probe);
        } finally {
          await pods.remove(name).catch(() => undefined);
        }
      },
    });
  }
}

function unnamed(): McpcatError {
  return new McpcatError(
    'engine-unfit',
    'pods have a network of their own, and nothing says what keeps this one shut',
    {
      hint: `name a RuntimeClass without network, or ${policyRuntime} where a NetworkPolicy shuts the namespace`,
      inputs: [{ name: 'isolation' }],
    },
  );
}
