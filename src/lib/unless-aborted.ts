/** The work's result; rejects if the signal comes first: the work goes on then, and nobody hears of its end. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(new Error('aborted', { cause: signal.reason }));
  signal.addEventListener('abort', abort, { once: true });
  try {
    // Raced also then: whoever leaves a promise without a handler is ended by its error.
    if (signal.aborted) abort();
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
