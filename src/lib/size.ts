import { McpcatError } from './errors.ts';
import type { Input } from './input.ts';

const units = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 } as const;

/** `512m` → bytes. Units are binary, as engines have them. */
export function bytesOf(size: string, what: string, inputs: readonly Input[] = []): number {
  const match = /^([1-9][0-9]*)([kmg])$/i.exec(size);
  const unit = match?.[2]?.toLowerCase();
  if (match && (unit === 'k' || unit === 'm' || unit === 'g')) return Number(match[1]) * units[unit];
  throw new McpcatError('usage', `${what}: expected a size such as 512m or 1g, found "${size}"`, { inputs });
}

/** Bytes for people, decimal as `docker images` shows them. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}
