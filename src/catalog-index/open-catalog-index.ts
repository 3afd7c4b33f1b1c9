import { readFile, stat } from 'node:fs/promises';
import type { CatalogSource } from '../catalog/catalog-source.ts';
import { McpcatError } from '../lib/errors.ts';
import { maxBytes } from './fetch-catalog-index.ts';
import type { CatalogIndex } from './catalog-index.ts';
import type { Copy } from './offline-copy.ts';
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
  return refreshed.kind === 'new' ? refreshed.catalogIndex : readAgain(refreshed.copy, request);
}

/**
 * A copy of an address, held against its signature and the highest number seen: it lies where other programs can write.
 * Throws what `checkedCatalog` throws.
 */
export async function readAgain(
  copy: Copy,
  request: Omit<OpenRequest, 'source' | 'mode'>,
): Promise<CatalogIndex> {
  const catalogIndex = parseCatalogIndex(copy.text, copy.url);
  const { checkedCatalog } = await import('./catalog-signature.ts');
  const said = copy.signed === null ? request : { ...request, say: () => undefined }; // It was said when it was asked for.
  await checkedCatalog({ ...copy, signing: catalogIndex.signing }, { ...said, network: 'none' });
  return catalogIndex;
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
