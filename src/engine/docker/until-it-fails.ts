/**
 * Done once for all who ask, and anew after it has failed: for want of a file, for instance, which must not keep a
 * container from its removal a moment later.
 */
export function untilItFails<T>(work: () => Promise<T>): () => Promise<T> {
  let done: Promise<T> | undefined;
  return () =>
    (done ??= work().catch((error: unknown) => {
      done = undefined;
      throw error;
    }));
}
