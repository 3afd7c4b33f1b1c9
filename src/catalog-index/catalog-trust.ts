import type { Env } from '../host/host.ts';
import type { CatalogPin } from '../settings/catalog-pins.ts';

/** What is done about a catalog from an address that nobody has signed. */
export type Unsigned =
  | 'refused' // nothing of it may start
  | 'said' // it is only read
  | 'accepted'; // its user does without: signatures are not looked at either

/** Whom a catalog from an address is believed. */
export interface CatalogTrust {
  /** mcpcat's data folder, which outlives its cache: the highest number seen is kept there. */
  readonly data: string;
  readonly unsigned: Unsigned;
  /** For another trusted root. */
  readonly env: Env;
  /** What the user has said of an address beforehand; all of them hold. */
  readonly pins?: (url: string) => Promise<readonly CatalogPin[]>;
  /** The state of the files that say it: a copy that was looked at under another one is looked at again. */
  readonly pinsState?: () => string;
}

/** What the signature of a catalog says of it. */
export interface Signed {
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly createdMs: number;
  readonly expiresMs: number;
}

/** Milliseconds in which an expired catalog still serves: its makers may be late, and a user should not be first to pay. */
export const graceMs = 7 * 24 * 3_600_000;

/** Nobody need be asked before a launch: it is signed, or its user does without, and it has not expired. */
export function isCurrent(signed: Signed | null, { unsigned }: Pick<CatalogTrust, 'unsigned'>): boolean {
  if (unsigned === 'accepted') return true;
  return signed !== null && signed.expiresMs > Date.now();
}
