import { readFile, stat } from 'node:fs/promises';
import type { CatalogSource } from '../catalog/catalog-source.ts';
import { McpcatError } from '../lib/errors.ts';
import { maxBytes } from './fetch-catalog-index.ts';
import type { CatalogIndex } from './catalog-index.ts';
import { parseCatalogIndex } from './parse-catalog-index.ts';
import { refreshCopy, type RefreshRequest } from './refresh-copy.ts';

export interface OpenRequest extends Omit<RefreshRequest, 'url'> {
  readonly source: Exclude<CatalogSource, { kind: 'folder' }>;
}

/** A catalog.json from a file or an address, checked. Throws `entry-invalid`, `io-failed` or `upstream-unavailable`. */
export async function openCatalogIndex(request: OpenRequest): Promise<CatalogIndex> {
  const { source } = request;
  if (source.kind === 'file') return parseCatalogIndex(await textOf(source.file), source.file);
  const { url } = source;
  const refreshed = await refreshCopy({ ...request, url });
  return refreshed.kind === 'new' ? refreshed.catalogIndex : parseCatalogIndex(refreshed.text, url);
}

async function textOf(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size <= maxBytes) return await readFile(file, 'utf8');
  } catch (error) {
    throw new McpcatError('io-failed', `can't read the catalog ${file}`, {
      hint: 'name another',
      inputs: [{ name: 'catalog' }],
      cause: error,
    });
  }
  throw new McpcatError(
    'entry-invalid',
    `${file}: expected up to ${String(maxBytes / 1024 ** 2)} MB, found more`,
  );
}
