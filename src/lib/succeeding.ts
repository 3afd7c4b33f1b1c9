/** Does `work` with all of them at once; resolves to those with which it did not fail, in their order. */
export async function succeeding<T>(
  items: readonly T[],
  work: (item: T) => Promise<unknown>,
): Promise<readonly T[]> {
  const ends = await Promise.allSettled(items.map(work));
  return items.filter((_, index) => ends[index]?.status === 'fulfilled');
}
