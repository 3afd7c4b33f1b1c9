import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { thisHost } from '../host/this-host.ts';
import { digest } from '../lib/digest.ts';

/** Raised with every change of what is kept of an answer. */
export const copyVersion = 1;

/** Where the copy of an address is kept, and what is known of it. Loads nothing: the launch path asks too. */
export function copyFiles(cache: string, url: string): { readonly text: string; readonly facts: string } {
  const name = path.join(cache, 'catalogs', digest(url));
  return { text: `${name}.json`, facts: `${name}.facts.json` };
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
