import type { VolumeEngine, VolumeFacts } from '../engine.ts';
import { carries } from './carries.ts';
import type { Claim } from './claim.ts';
import { isOurs, type Claims } from './claims.ts';
import { podSummary } from './pod-facts.ts';
import { claimsIn } from './pod-folders.ts';
import type { Pods } from './pods.ts';

/** The part of the port that deals with volumes: of a cluster these are claims, and nobody measures them. */
export function volumeCalls(claims: Claims, pods: Pods): VolumeEngine {
  return {
    async listVolumes(labels) {
      const found = (await claims.list()).map(claimFacts).filter((one) => carries(one.labels, labels));
      if (found.length === 0) return [];
      const users = await usersOf(pods);
      return found
        .map((facts) => ({ ...facts, bytes: undefined, containers: users.get(facts.name) ?? [] }))
        .toSorted((a, b) => (a.name < b.name ? -1 : 1));
    },

    async inspectVolume(name) {
      const claim = await claims.find(name);
      return claim === undefined || !isOurs(claim) ? undefined : claimFacts(claim);
    },

    removeVolume: (name) => claims.remove(name),
  };
}

function claimFacts({ metadata }: Claim): Pick<VolumeFacts, 'name' | 'labels' | 'created'> {
  const { name, annotations = {}, creationTimestamp } = metadata;
  return { name, labels: annotations, created: creationTimestamp };
}

/** By claim, the pods that still run with it. */
async function usersOf(pods: Pods): Promise<ReadonlyMap<string, readonly string[]>> {
  const live = (await pods.list()).filter((pod) => podSummary(pod).state !== 'exited');
  const users = live.flatMap(({ metadata, spec }) =>
    claimsIn(spec).map((claim) => ({ claim, pod: metadata.name })),
  );
  return new Map(
    [...Map.groupBy(users, ({ claim }) => claim)].map(([claim, all]) => [claim, all.map(({ pod }) => pod)]),
  );
}
