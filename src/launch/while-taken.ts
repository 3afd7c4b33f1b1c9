import type { Writable } from 'node:stream';

/** Milliseconds between two looks. */
const lookMs = 50;

/**
 * Resolves when `done` does, or when for `idleMs` none of the streams has got rid of anything: whoever reads slowly gets
 * all of it, and whoever does not read keeps nobody.
 */
export async function whileTaken(
  done: Promise<unknown>,
  streams: readonly Writable[],
  idleMs: number,
): Promise<void> {
  const idle = Promise.withResolvers<void>();
  const waiting = (): readonly number[] => streams.map(({ writableLength }) => writableLength);
  let last = waiting();
  let since = performance.now();
  const moved = (): void => void (since = performance.now());
  for (const stream of streams) stream.on('drain', moved);
  const timer = setInterval(() => {
    const now = waiting();
    if (now.some((length, index) => length < (last[index] ?? 0))) moved();
    last = now;
    if (performance.now() - since >= idleMs) idle.resolve();
  }, lookMs);
  try {
    await Promise.race([done, idle.promise]);
  } finally {
    clearInterval(timer);
    for (const stream of streams) stream.off('drain', moved);
  }
}
