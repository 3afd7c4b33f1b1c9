import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { CatalogSource } from '../catalog/catalog-source.ts';
import { McpcatError } from '../lib/errors.ts';
import { parseSurface, surfaceFile } from '../surface/read-surface.ts';
import type { Surface } from '../surface/surface.ts';
import { placeBeside } from './beside.ts';
import type { CatalogIndex, ListedServer } from './catalog-index.ts';
import { fetchByHash } from './fetch-by-hash.ts';
import { toolsSha256 } from './tools-text.ts';

export interface SurfaceRequest {
  /** Where the server is from. */
  readonly source: CatalogSource;
  /** Undefined for a folder. */
  readonly catalogIndex: Pick<CatalogIndex, 'toolsFolder'> | undefined;
  /** mcpcat's cache folder. */
  readonly cache: string;
  readonly signal?: AbortSignal | undefined;
}

/** The file of a server's surface, in the folder that has its tools. */
export function surfaceName(server: string): string {
  return `${server}.surface.json`;
}

/**
 * The surface that a proof has seen, with exactly the hash that the catalog says; undefined if it says none. Throws
 * `entry-invalid` for another one, `io-failed` or `upstream-unavailable`.
 */
export async function openSurface(
  { name, surface }: Pick<ListedServer, 'name' | 'surface'>,
  request: SurfaceRequest,
): Promise<Surface | undefined> {
  if (surface === null) return undefined;
  const { source, catalogIndex, cache } = request;
  const file = `${catalogIndex?.toolsFolder ?? ''}/${surfaceName(name)}`;
  const { sha256 } = surface;
  const parse = (text: string, from: string): Surface => checked(text, { sha256, from });
  if (source.kind === 'url')
    return fetchByHash(new URL(file, source.url).href, { ...request, sha256, parse });
  const place =
    source.kind === 'folder'
      ? surfaceFile(path.join(source.folder, name))
      : await placeBeside(source.file, { file, own: surfaceFile(''), server: name, cache });
  const text = await readFile(place, 'utf8').catch((error: unknown) => {
    throw new McpcatError('io-failed', `can't read what ${name} offers: ${place}`, { cause: error });
  });
  return parse(text, place);
}

function checked(
  text: string,
  { sha256, from }: { readonly sha256: string; readonly from: string },
): Surface {
  const found = toolsSha256(text);
  if (found === sha256) return parseSurface(text, from);
  throw new McpcatError('entry-invalid', `${from}: expected sha256 ${sha256}, found ${found}`, {
    hint: 'the catalog was written anew in between, or this file was changed: try again, or mcpcat test and mcpcat index',
  });
}
