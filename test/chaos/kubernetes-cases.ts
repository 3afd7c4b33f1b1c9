import { teardowns } from './matrix.ts';
import { pick, shuffled, type Random } from './random.ts';

const clusterTeardowns = [...teardowns, 'api-server-SIGKILL'] as const;
/** `held`: its lease is there; `suspended`: the server stands still and hears nothing. A number: milliseconds after the start. */
const moments = ['pod-made', 'held', 'idle', 'in-a-call', 'suspended'] as const;

/** One launch in a cluster, and its end. */
export interface ClusterCase {
  readonly teardown: (typeof clusterTeardowns)[number];
  readonly moment: (typeof moments)[number] | number;
}

export interface ClusterResult extends ClusterCase {
  /** `swept`: its pod had ended, and was removed by the next `mcpcat prune`. */
  readonly verdict: 'gone' | 'swept' | 'leak' | 'pod-left' | 'launcher-left' | 'failed';
  /** Milliseconds from its end until nothing of it ran. */
  readonly runsMs?: number;
  readonly detail?: string;
}

/** Milliseconds: by then a launch is mostly at work. */
const latestMs = 6000;

/** Each way once, and most by SIGKILL then; half of them at a random time, the others at each moment in turn. */
export function clusterCases(random: Random, rounds: number): ClusterCase[] {
  const ways = Array.from(
    { length: rounds },
    (_, round) => clusterTeardowns[round] ?? (random() < 0.5 ? 'SIGKILL' : pick(random, clusterTeardowns)),
  );
  return shuffled(random, ways).map((teardown, round) => ({
    teardown,
    moment:
      round % 2 === 0
        ? Math.round(random() * latestMs)
        : (moments[Math.floor(round / 2) % moments.length] ?? 'idle'),
  }));
}

const faulty: ReadonlySet<string> = new Set(['leak', 'pod-left', 'launcher-left', 'failed']);

export function clusterReport(results: readonly ClusterResult[]): {
  readonly text: string;
  readonly faults: number;
} {
  const bad = results.filter(({ verdict }) => faulty.has(verdict));
  const count = (wanted: string): number => results.filter(({ verdict }) => verdict === wanted).length;
  const killed = results.filter(({ teardown }) => teardown === 'SIGKILL' || teardown === 'unreaped-SIGKILL');
  return {
    faults: bad.length,
    text: [
      ...bad.map((one) => JSON.stringify(one)),
      `${String(results.length)} launches: ${String(count('leak'))} leaks; pods: ${String(count('gone'))} gone with their launch, ${String(count('swept'))} removed by the next sweep, ${String(count('pod-left'))} left; ${String(count('launcher-left'))} launchers left, ${String(count('failed'))} failed`,
      `nothing runs any more: ${spread(results)}; after SIGKILL of the launcher: ${spread(killed)}`,
      '',
    ].join('\n'),
  };
}

function spread(results: readonly ClusterResult[]): string {
  const sorted = results.flatMap(({ runsMs }) => runsMs ?? []).toSorted((a, b) => a - b);
  const at = (share: number): string =>
    (sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0).toFixed(0);
  return `${at(0.5)} ms at the median, ${at(1)} ms at most (${String(sorted.length)})`;
}
