/** Twelve hexadecimal digits; unique enough for a name, and node:crypto costs milliseconds to load. */
export function randomId(): string {
  return Math.floor(Math.random() * 2 ** 48)
    .toString(16)
    .padStart(12, '0');
}
