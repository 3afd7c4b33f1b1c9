import path from 'node:path';
import type { Signing } from '../attest/signer-policy.ts';
import type { Entry } from '../catalog/entry.ts';
import { schemaVersion } from '../catalog/quick.ts';
import { digest } from '../lib/digest.ts';
import { fileState } from '../lib/file-state.ts';
import { ownText } from './copy-files.ts';
import type { ListedImage } from './catalog-index.ts';

/** Of the entry, and of what is kept around it. */
export const persistedVersion = `${String(schemaVersion)}.5`;

/** One server of the catalog in a file. */
export interface Wanted {
  readonly file: string;
  readonly name: string;
  /** mcpcat's cache folder. */
  readonly cache: string;
}

/** What a launch needs of a catalog. */
export interface OpenedServer {
  readonly entry: Entry;
  readonly image: ListedImage | null;
  /** How many; null if they were never listed. */
  readonly tools: number | null;
  /** Who signs the images of this catalog; null if nobody does. */
  readonly signing: Signing | null;
  /** SHA-256, in hex, of its surface; null if it has none. */
  readonly surface: string | null;
  /** Of all servers. */
  readonly names: readonly string[];
}

/** A server of a catalog index as it is kept: valid as long as the file is the very same. */
export interface Persisted extends OpenedServer {
  readonly version: string;
  readonly file: string;
  readonly state: string;
}

export function persistedFile({ cache, file, name }: Wanted): string {
  return path.join(cache, 'listed', `${name}-${digest(file)}.json`);
}

/** Undefined if nothing is kept of the file as it is now, and for names that are none: they would name files. */
export function readPersisted(wanted: Wanted): Persisted | undefined {
  const { file, name } = wanted;
  if (!isPlain(name)) return undefined;
  try {
    // Written by us from a checked catalog index, by rename: whole.
    const kept = JSON.parse(ownText(persistedFile(wanted))) as Persisted;
    const valid = kept.version === persistedVersion && kept.file === file && kept.state === fileState(file);
    return valid ? kept : undefined;
  } catch {
    return undefined;
  }
}

export function isPlain(name: string): boolean {
  return /^[a-z0-9-]+$/.test(name);
}
