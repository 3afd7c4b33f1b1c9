import { existsSync } from 'node:fs';
import path from 'node:path';
import { archiveName, unpackedCatalog } from '../catalog/packed-catalog.ts';

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

/** Where a file of a server is that a catalog.json speaks of: of the one that came with the package, in its archive. */
export async function placeBeside(
  catalogJson: string,
  { file, own, server, cache }: Beside,
): Promise<string> {
  const folder = path.dirname(catalogJson);
  const place = path.join(folder, file);
  if (existsSync(place) || !existsSync(path.join(folder, archiveName))) return place;
  const key = `${catalogJson}\0${cache}`;
  const entries = unpacked.get(key) ?? unpackedCatalog(catalogJson, cache);
  unpacked.set(key, entries);
  entries.catch(() => unpacked.delete(key));
  return path.join(await entries, server, own);
}
