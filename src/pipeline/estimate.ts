import type { Artifact, Lock } from '../catalog/lock.ts';

/** Bytes of an artifact where the lock does not know: the median of an npm tarball. */
const usualBytes = 40_000;

interface Costs {
  /** Start of the builder, handshakes and probes of the proof, packing the base's layers. */
  readonly fixed: number;
  /** For each artifact, and for each megabyte of them: fetching, unpacking, compiling, packing. */
  readonly each: number;
  readonly megabyte: number;
}

/** Seconds on a machine with two cores, measured on this catalog; they only have to be right relative to each other. */
const costs: Readonly<Record<Lock['runtime'] | 'deb', Costs>> = {
  node: { fixed: 45, each: 0.05, megabyte: 0.5 },
  python: { fixed: 35, each: 0.3, megabyte: 0.8 },
  go: { fixed: 30, each: 0.7, megabyte: 0.4 },
  deb: { fixed: 5, each: 0.15, megabyte: 0.5 },
};

/** How long an entry takes to build, verify and pack, from its lock alone; seconds. */
export function estimateSeconds(lock: Lock): number {
  const debs = lock.artifacts.filter(({ kind }) => kind === 'deb');
  const own = lock.artifacts.filter(({ kind }) => kind !== 'deb');
  const system = debs.length === 0 ? 0 : sum(costs.deb, debs);
  return Math.round(sum(costs[lock.runtime], own) + system);
}

function sum({ fixed, each, megabyte }: Costs, artifacts: readonly Artifact[]): number {
  const bytes = artifacts.reduce((total, artifact) => total + (artifact.bytes ?? usualBytes), 0);
  return fixed + each * artifacts.length + (megabyte * bytes) / 1e6;
}
