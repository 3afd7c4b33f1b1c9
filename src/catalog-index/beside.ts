import { existsSync } from 'node:fs';
import path from 'node:path';
import { archiveName } from '../catalog/archive-name.ts';
import { unpackedCatalog } from '../catalog/packed-catalog.ts';

export interface Beside {
  /** Of this server, below the folder of the catalog.json. */
  readonly file: string;
  /** The same in the folder of its entry. */
  readonly own: string;
  readonly server: string;
  /** mcpcat's cache folder. */
  readonly cache: string;
}

/** By archive and cache: a search asks for the tools of every server. */
const unpacked = new Map<string, Promise<string>>();

/** Whether this catalog.json came with a package: its entries lie beside it in an archive. */
export function isPacked(catalogJson: string): boolean {
  return existsSync(path.join(path.dirname(catalogJson), archiveName));
}

/** The folder of those entries; they are unpacked once, when the first is asked for. */
export function unpackedOnce(catalogJson: string, cache: string): Promise<string> {
  const key = `${catalogJson}\0${cache}`;
  const entries = unpacked.get(key) ?? unpackedCatalog(catalogJson, cache);
  unpacked.set(key, entries);
  entries.catch(() => unpacked.delete(key));
  return entries;
}

/** Where a file of a server is that a catalog.json speaks of: of the one that came with the package, in its archive. */
export async function placeBeside(
  catalogJson: string,
  { file, own, server, cache }: Beside,
): Promise<string> {
  const place = path.join(path.dirname(catalogJson), file);
  if (existsSync(place) || !isPacked(catalogJson)) return place;
  return path.join(await unpackedOnce(catalogJson, cache), server, own);
}
