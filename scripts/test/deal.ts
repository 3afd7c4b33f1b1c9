/** A share of the docker test files: the `number`-th of `of` machines. */
export interface Share {
  readonly number: number;
  readonly of: number;
}

/** Reads `2/6`. */
export function shareIn(text: string): Share {
  const [, number, of] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const share = { number: Number(number), of: Number(of) };
  if (!(share.number >= 1 && share.number <= share.of))
    throw new Error(`--group: expected a share such as 2/6, found "${text}"`);
  return share;
}

/** Deals the longest first, each to the machine with the least to do; the same files and durations give the same hands. */
export function dealt<T extends { readonly name: string }>(
  jobs: readonly T[],
  { number, of }: Share,
  seconds: (name: string) => number,
): T[] {
  const hands = Array.from({ length: of }, () => ({ seconds: 0, jobs: [] as T[] }));
  const longestFirst = jobs.toSorted(
    (a, b) => seconds(b.name) - seconds(a.name) || (a.name < b.name ? -1 : 1),
  );
  for (const job of longestFirst) {
    const min = hands.reduce((best, hand) => (hand.seconds < best.seconds ? hand : best));
    min.jobs.push(job);
    min.seconds += seconds(job.name);
  }
  return hands[number - 1]?.jobs ?? [];
}
