import { sourceText } from '../catalog/catalog-source.ts';
import type { Entry } from '../catalog/entry.ts';
import { unknownEntry } from '../catalog/load.ts';
import type { ListedImage } from './listing.ts';
import { openListing, type OpenRequest } from './open-listing.ts';
import { entryOf } from './parse-listing.ts';

/** One server of a catalog.json, and the names of all. Throws `entry-unknown` too. */
export async function openServer(
  request: OpenRequest & { readonly name: string },
): Promise<{ readonly entry: Entry; readonly image: ListedImage | null; readonly names: readonly string[] }> {
  const { servers } = await openListing(request);
  const { name, source } = request;
  const names = Object.keys(servers);
  // Not `servers[name]` alone: `constructor` is a name too.
  const server = Object.hasOwn(servers, name) ? servers[name] : undefined;
  if (server === undefined) throw unknownEntry(sourceText(source), { name, names });
  return { entry: entryOf(server), image: server.image, names };
}
