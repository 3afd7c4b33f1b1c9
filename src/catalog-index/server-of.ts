import { sourceText, type CatalogSource } from '../catalog/catalog-source.ts';
import { unknownEntry } from '../catalog/load.ts';
import type { OpenedServer } from './kept-server.ts';
import type { CatalogIndex } from './catalog-index.ts';
import { entryOf } from './parse-catalog-index.ts';

/** One server of a catalog index, and the names of all. Throws `entry-unknown`. */
export function serverOf(
  { servers, signing }: CatalogIndex,
  { name, source }: { readonly name: string; readonly source: CatalogSource },
): OpenedServer {
  const names = Object.keys(servers);
  // Not `servers[name]` alone: `constructor` is a name too.
  const server = Object.hasOwn(servers, name) ? servers[name] : undefined;
  if (server === undefined) throw unknownEntry(sourceText(source), { name, names });
  const tools = server.tools?.count ?? null;
  const surface = server.surface?.sha256 ?? null;
  return { entry: entryOf(server), image: server.image, tools, surface, signing: signing ?? null, names };
}
