import { readFile, stat } from 'node:fs/promises';
import type { CatalogSource } from '../catalog/catalog-source.ts';
import { toolsFile, type Tool } from '../catalog/tools.ts';
import { McpcatError } from '../lib/errors.ts';
import { placeBeside } from './beside.ts';
import { fetchByHash } from './fetch-by-hash.ts';
import { maxBytes } from './fetch-catalog-index.ts';
import type { ListedServer, CatalogIndex } from './catalog-index.ts';
import { parseTools } from './tools-text.ts';

export interface ToolsRequest {
  /** Where the catalog index is from. */
  readonly source: Exclude<CatalogSource, { kind: 'folder' }>;
  readonly catalogIndex: Pick<CatalogIndex, 'toolsFolder'>;
  /** mcpcat's cache folder. */
  readonly cache: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The tools of a server of a catalog.json: from the file beside it that has the hash which stands there, or from the
 * copy with that hash. None were listed: none. Throws `entry-invalid`, `io-failed` or `upstream-unavailable`.
 */
export async function openTools(
  { name, tools }: Pick<ListedServer, 'name' | 'tools'>,
  request: ToolsRequest,
): Promise<readonly Tool[]> {
  if (tools === null) return [];
  const { source, catalogIndex, cache } = request;
  const file = `${catalogIndex.toolsFolder}/${name}.json`;
  const parse = (text: string, from: string): readonly Tool[] => parseTools(text, tools, from);
  if (source.kind === 'url')
    return fetchByHash(new URL(file, source.url).href, { ...request, sha256: tools.sha256, parse });
  const place = await placeBeside(source.file, { file, own: toolsFile(''), server: name, cache });
  return parse(await textOf(place), place);
}

async function textOf(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size <= maxBytes) return await readFile(file, 'utf8');
  } catch (error) {
    throw new McpcatError('io-failed', `can't read the tools in ${file}`, {
      hint: 'a catalog.json needs the folder that mcpcat index wrote beside it',
      cause: error,
    });
  }
  throw new McpcatError(
    'entry-invalid',
    `${file}: expected up to ${String(maxBytes / 1024 ** 2)} MB, found more`,
  );
}
