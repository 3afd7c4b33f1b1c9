import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { thisHost } from '../host/this-host.ts';
import type { Signed } from './catalog-trust.ts';
import { digest } from '../lib/digest.ts';

/** Raised with every change of what is kept of an answer. */
export const copyVersion = 2;

/** Where the copy of an address is kept, and what is known of it. Loads nothing: the launch path asks too. */
export function copyFiles(
  cache: string,
  url: string,
): { readonly text: string; readonly facts: string; readonly signature: string } {
  const name = path.join(cache, 'catalogs', digest(url));
  return { text: `${name}.json`, facts: `${name}.facts.json`, signature: `${name}.sigstore.json` };
}

/** Where a server's tools with this hash (hexadecimal digits) are kept. */
export function toolsCopy(cache: string, sha256: string): string {
  return path.join(cache, 'catalogs', 'tools', `${sha256}.json`);
}

/** Another user's file is not believed. Throws if there is none. */
export function isOwn(file: string): boolean {
  return thisHost().owns(statSync(file));
}

/** The text of a file of this user. Throws. */
export function ownText(file: string): string {
  if (!isOwn(file)) throw new Error(`${file} belongs to somebody else`);
  return readFileSync(file, 'utf8');
}

/** For messages: `5 min`, `7 h`, `3 days`. */
export function ageText(milliseconds: number): string {
  const minutes = Math.max(0, Math.round(milliseconds / 60_000));
  if (minutes < 120) return `${String(minutes)} min`;
  return minutes < 2880
    ? `${String(Math.round(minutes / 60))} h`
    : `${String(Math.round(minutes / 1440))} days`;
}

/** What is known of a copy. */
export interface Facts {
  readonly copyVersion: typeof copyVersion;
  readonly url: string;
  readonly etag?: string | undefined;
  readonly lastModified?: string | undefined;
  /** Milliseconds since 1970: when the server last said that this is the newest. */
  readonly checkedAt: number;
  /** When it was last asked in vain; the next launches do not wait for it again. */
  readonly failedAt?: number | undefined;
  /** `pinsState` of CatalogTrust when it was last looked at. */
  readonly pinsState?: string | undefined;
  /** What its signature says; null where nobody has signed it, or looked. */
  readonly signed: Signed | null;
  /** Of the copy, in hex: conditions are only sent for the very text that they were given for. */
  readonly sha256: string;
}

/** Undefined for what is damaged, of another version or address, or not ours. Without schema: a launch reads it. */
export function readFacts(cache: string, url: string): Facts | undefined {
  const files = copyFiles(cache, url);
  try {
    const facts: unknown = JSON.parse(ownText(files.facts));
    return isFacts(facts) && facts.url === url && isOwn(files.text) ? facts : undefined;
  } catch {
    return undefined;
  }
}

/** The rest is only read to ask the address again: `offline-copy` looks at it. */
function isFacts(value: unknown): value is Facts {
  const at = (key: keyof Facts): unknown => Reflect.get(Object(value), key);
  return at('copyVersion') === copyVersion && typeof at('checkedAt') === 'number';
}
