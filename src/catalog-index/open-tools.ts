import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { CatalogSource } from '../catalog/catalog-source.ts';
import type { Tool } from '../catalog/tools.ts';
import { McpcatError } from '../lib/errors.ts';
import { writeWhole } from '../lib/folders.ts';
import { ownText, toolsCopy } from './copy-files.ts';
import { fetchCatalogIndex, maxBytes } from './fetch-catalog-index.ts';
import type { ListedServer, ListedTools, CatalogIndex } from './catalog-index.ts';
import { parseTools } from './tools-text.ts';

export interface ToolsRequest {
  /** Where the catalog index is from. */
  readonly source: Exclude<CatalogSource, { kind: 'folder' }>;
  readonly catalogIndex: Pick<CatalogIndex, 'toolsFolder'>;
  /** mcpcat's cache folder. */
  readonly cache: string;
  readonly signal?: AbortSignal | undefined;
}

const deadlineMs = 30_000;

/**
 * The tools of a server of a catalog.json: from the file beside it that has the hash which stands there, or from the
 * copy with that hash. None were listed: none. Throws `entry-invalid`, `io-failed` or `upstream-unavailable`.
 */
export async function openTools(
  { name, tools }: Pick<ListedServer, 'name' | 'tools'>,
  request: ToolsRequest,
): Promise<readonly Tool[]> {
  if (tools === null) return [];
  const { source, catalogIndex } = request;
  const file = `${catalogIndex.toolsFolder}/${name}.json`;
  if (source.kind === 'url') return fetchedTools(new URL(file, source.url).href, { tools, request });
  const place = path.join(path.dirname(source.file), file);
  return parseTools(await textOf(place), tools, place);
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

/** What has this hash never changes, so a copy needs no question. */
async function fetchedTools(
  url: string,
  { tools, request }: { readonly tools: ListedTools; readonly request: ToolsRequest },
): Promise<readonly Tool[]> {
  const copy = toolsCopy(request.cache, tools.sha256);
  const held = heldTools(copy, tools);
  if (held !== undefined) return held;
  const answer = await fetchCatalogIndex(url, { conditions: {}, deadlineMs, signal: request.signal });
  if (answer.kind === 'same')
    throw new McpcatError('upstream-unavailable', `${url}: it answers 304 to who has nothing`);
  const found = parseTools(answer.text, tools, url);
  await writeWhole(copy, answer.text).catch(() => undefined); // A cache that can't be written only costs time.
  return found;
}

function heldTools(copy: string, tools: ListedTools): readonly Tool[] | undefined {
  try {
    return parseTools(ownText(copy), tools, copy);
  } catch {
    return undefined;
  }
}
