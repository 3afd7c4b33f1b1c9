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
export const mostShards = 255;
/** What a job should take if nothing else is said: its set-up takes minutes by itself. */
const usualSeconds = 1200;

/** Deals tasks out, the longest first, each to the job that has least to do; jobs come longest first too. */
export function shardsOf(tasks: readonly Task[], wanted?: number): Shard[] {
  const total = tasks.reduce((sum, { estimateSeconds }) => sum + estimateSeconds, 0);
  const count = Math.min(wanted ?? Math.ceil(total / usualSeconds), tasks.length, mostShards);
  const piles = Array.from({ length: count }, () => ({ names: [] as string[], estimateSeconds: 0 }));
  for (const task of tasks.toSorted(longestFirst)) {
    const least = piles.reduce((a, b) => (b.estimateSeconds < a.estimateSeconds ? b : a));
    least.names.push(task.name);
    least.estimateSeconds += task.estimateSeconds;
  }
  return piles
    .toSorted((a, b) => b.estimateSeconds - a.estimateSeconds)
    .map((pile, index) => ({ shard: index + 1, ...pile }));
}

function longestFirst(a: Task, b: Task): number {
  return b.estimateSeconds - a.estimateSeconds || (a.name < b.name ? -1 : 1);
}
