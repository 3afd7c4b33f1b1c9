import path from 'node:path';
import { catalogBundleFile } from '../../attest/catalog-bundle-file.ts';
import { bundlePlace } from '../../bundle/bundle-file.ts';
import { sourceText, type CatalogSource } from '../../catalog/catalog-source.ts';
import { toolsFile } from '../../catalog/tools.ts';
import { placeBeside } from '../../catalog-index/beside.ts';
import { catalogIndexText, type CatalogIndex, type ListedServer } from '../../catalog-index/catalog-index.ts';
import { gatherCatalogIndex } from '../../catalog-index/gather.ts';
import { toolsCopy } from '../../catalog-index/copy-files.ts';
import { readCopy } from '../../catalog-index/offline-copy.ts';
import { openSurface, surfaceName } from '../../catalog-index/open-surface.ts';
import { openTools } from '../../catalog-index/open-tools.ts';
import { parseCatalogIndex } from '../../catalog-index/parse-catalog-index.ts';
import { toolsSha256 } from '../../catalog-index/tools-text.ts';
import { McpcatError } from '../../lib/errors.ts';
import { textIfThere } from '../../lib/if-there.ts';
import { surfaceFile } from '../../surface/read-surface.ts';
import type { Invocation } from '../command.ts';
import { fingerprintsNow } from './fingerprints.ts';
import { catalogIndexOf, serverIn, sourceOf } from './view.ts';

/** The catalog of a bundle: its whole text, and what lies beside it of the servers that are in the bundle. */
export interface BundledCatalog {
  readonly catalogIndex: CatalogIndex;
  readonly servers: readonly ListedServer[];
  /** Below the bundle's root, by path. */
  readonly texts: ReadonlyMap<string, string>;
}

interface CatalogTexts {
  readonly text: string;
  /** Undefined where nobody has signed it. */
  readonly signature: string | undefined;
  readonly toolsOf: (server: ListedServer) => Promise<string>;
  readonly surfaceOf: (server: ListedServer) => Promise<string>;
}

/**
 * The catalog in use, for a bundle. Its text is as it lies there, since its signature is of every byte. Throws
 * `entry-unknown`, `entry-invalid` for what has another hash than it says, and `io-failed`.
 */
export async function bundledCatalog(invocation: Invocation): Promise<BundledCatalog> {
  const source = sourceOf(invocation);
  const found = await textsOf(invocation, source);
  const catalogIndex = parseCatalogIndex(found.text, sourceText(source));
  const servers = chosen(invocation, { catalogIndex, source });
  const texts = new Map<string, string>([[bundlePlace.catalog, found.text]]);
  if (found.signature !== undefined) texts.set(catalogBundleFile(bundlePlace.catalog), found.signature);
  const folder = `mcpcat/${catalogIndex.toolsFolder}`;
  for (const server of servers) {
    const { name, tools, surface } = server;
    if (tools !== null)
      texts.set(`${folder}/${name}.json`, checked(await found.toolsOf(server), tools.sha256, name));
    if (surface !== null)
      texts.set(
        `${folder}/${surfaceName(name)}`,
        checked(await found.surfaceOf(server), surface.sha256, name),
      );
  }
  return { catalogIndex, servers, texts };
}

function chosen(
  { options, positionals }: Invocation,
  { catalogIndex, source }: { readonly catalogIndex: CatalogIndex; readonly source: CatalogSource },
): readonly ListedServer[] {
  const [, ...names] = positionals;
  if (options.flag('all') !== (names.length === 0))
    throw new McpcatError('usage', 'expected the names of servers, or --all', {
      hint: 'mcpcat list shows them',
    });
  if (options.flag('all')) {
    const all = Object.values(catalogIndex.servers);
    const there = all.filter(({ image }) => (image?.repository ?? null) !== null);
    if (there.length > 0) return there;
    throw new McpcatError('image-missing', `${sourceText(source)}: none of its images is in a registry yet`, {
      hint: 'mcpcat publish puts them there',
    });
  }
  return [...new Set(names)].map((name) => serverIn(catalogIndex.servers, { name, source }));
}

function checked(text: string, sha256: string, name: string): string {
  const found = toolsSha256(text);
  if (found === sha256) return text;
  throw new McpcatError(
    'entry-invalid',
    `${name}: expected what it lists with sha256 ${sha256}, found ${found}`,
    {
      hint: 'the catalog was written anew in between: mcpcat index, and try again',
    },
  );
}

async function textsOf(invocation: Invocation, source: CatalogSource): Promise<CatalogTexts> {
  if (source.kind === 'folder') return folderTexts(source.folder);
  if (source.kind === 'file') return fileTexts(source.file, invocation);
  return addressTexts(source, invocation);
}

/** As it was fetched last, which is now unless nobody answers: its text, and the signature that came with it. */
async function addressTexts(
  source: Extract<CatalogSource, { kind: 'url' }>,
  invocation: Invocation,
): Promise<CatalogTexts> {
  const { env, host, signal } = invocation.terminal;
  const { cache } = host.folders(env);
  const catalogIndex = await catalogIndexOf(invocation, source);
  const copy = await readCopy(cache, source.url);
  if (copy === undefined)
    throw new McpcatError('io-failed', `${source.url}: no copy of it could be kept in ${cache}`);
  const request = { source, catalogIndex, cache, signal };
  const kept = async (sha256 = ''): Promise<string> => (await textIfThere(toolsCopy(cache, sha256))) ?? '';
  return {
    text: copy.text,
    signature: copy.signature,
    toolsOf: async (server) => {
      await openTools(server, request);
      return kept(server.tools?.sha256);
    },
    surfaceOf: async (server) => {
      await openSurface(server, request);
      return kept(server.surface?.sha256);
    },
  };
}

/** As `mcpcat index` would write it; with its signature if what lies beside the folder is exactly that. */
async function folderTexts(folder: string): Promise<CatalogTexts> {
  const { catalogIndex, tools, surfaces } = await gatherCatalogIndex(folder, await fingerprintsNow([]));
  const text = catalogIndexText(catalogIndex);
  const file = path.join(folder, '..', 'catalog.json');
  const written = await textIfThere(file);
  const signature = written === text ? await textIfThere(catalogBundleFile(file)) : undefined;
  return {
    text,
    signature,
    toolsOf: async ({ name }) => Promise.resolve(tools.get(name) ?? ''),
    surfaceOf: async ({ name }) => Promise.resolve(surfaces.get(name) ?? ''),
  };
}

async function fileTexts(file: string, { terminal }: Invocation): Promise<CatalogTexts> {
  const text = await textIfThere(file);
  if (text === undefined)
    throw new McpcatError('io-failed', `can't read the catalog ${file}`, { inputs: [{ name: 'catalog' }] });
  const { toolsFolder } = parseCatalogIndex(text, file);
  const cache = terminal.host.folders(terminal.env).cache;
  const beside = async (server: string, name: string, own: string): Promise<string> => {
    const place = await placeBeside(file, { file: `${toolsFolder}/${name}`, own, server, cache });
    return (await textIfThere(place)) ?? '';
  };
  return {
    text,
    signature: await textIfThere(catalogBundleFile(file)),
    toolsOf: ({ name }) => beside(name, `${name}.json`, toolsFile('')),
    surfaceOf: ({ name }) => beside(name, surfaceName(name), surfaceFile('')),
  };
}
