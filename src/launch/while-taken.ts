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
  // Counted in looks: a process that stood still has not waited for anybody.
  let quietMs = 0;
  const moved = (): void => void (quietMs = 0);
  for (const stream of streams) stream.on('drain', moved);
  const timer = setInterval(() => {
    const now = waiting();
    quietMs += lookMs;
    if (now.some((length, index) => length < (last[index] ?? 0))) moved();
    last = now;
    if (quietMs >= idleMs) idle.resolve();
  }, lookMs);
  try {
    await Promise.race([done, idle.promise]);
  } finally {
    clearInterval(timer);
    for (const stream of streams) stream.off('drain', moved);
  }
}
