/** Work of known size. */
export interface Task {
  readonly name: string;
  readonly estimateSeconds: number;
}

/** One job of a CI matrix. */
export interface Shard {
  readonly shard: number;
  /** Longest first. */
  readonly names: readonly string[];
  readonly estimateSeconds: number;
}

/** GitHub's limit for the jobs of one matrix is 256. */
export const maxShards = 255;
/** What a job should take if nothing else is said: its set-up takes minutes by itself. */
const usualSeconds = 1200;

export interface Dealing {
  /** Jobs; default: as many as keep them short. */
  readonly count?: number | undefined;
  /** Jobs that each task is dealt to, so that one can be held against the other. */
  readonly copies?: number;
}

/** Deals tasks out, the longest first, each to the jobs that have least to do; jobs come longest first too. */
export function shardsOf(tasks: readonly Task[], { count: wanted, copies = 1 }: Dealing = {}): Shard[] {
  if (tasks.length === 0) return [];
  const total = copies * tasks.reduce((sum, { estimateSeconds }) => sum + estimateSeconds, 0);
  const max = Math.min(wanted ?? Math.ceil(total / usualSeconds), copies * tasks.length, maxShards);
  const count = Math.max(max, copies);
  const piles = Array.from({ length: count }, () => ({ names: [] as string[], estimateSeconds: 0 }));
  for (const task of tasks.toSorted(longestFirst)) {
    const smallest = piles.toSorted((a, b) => a.estimateSeconds - b.estimateSeconds).slice(0, copies);
    for (const pile of smallest) {
      pile.names.push(task.name);
      pile.estimateSeconds += task.estimateSeconds;
    }
  }
  return piles
    .toSorted((a, b) => b.estimateSeconds - a.estimateSeconds)
    .map((pile, index) => ({ shard: index + 1, ...pile }));
}

/**
 * For `$GITHUB_OUTPUT`: the matrix, and how many jobs it has. A matrix can't hand a list on to a command line: names as
 * one text.
 */
export function matrixText(shards: readonly Shard[]): string {
  const include = shards.map((shard) => ({ ...shard, names: shard.names.join(' ') }));
  return `matrix=${JSON.stringify({ include })}\njobs=${String(include.length)}\n`;
}

function longestFirst(a: Task, b: Task): number {
  return b.estimateSeconds - a.estimateSeconds || (a.name < b.name ? -1 : 1);
}
