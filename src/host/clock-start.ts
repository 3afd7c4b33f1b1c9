/**
 * Starts by the wall clock, for systems that keep no better one: seconds since the epoch. What a process knows of its
 * own start and what the process table says of it differ by the time that its program took to load.
 */
const toleranceSeconds = 60;

export function clockStart(milliseconds: number): string {
  return String(Math.round(milliseconds / 1000));
}

/** In doubt it is the same: a container that stays for another while does less harm than one taken from its owner. */
export function isSameClockStart(recorded: string, observed: string): boolean {
  const [first, second] = [Number(recorded), Number(observed)];
  if (!Number.isFinite(first) || !Number.isFinite(second) || first === 0) return true;
  return Math.abs(first - second) <= toleranceSeconds;
}
