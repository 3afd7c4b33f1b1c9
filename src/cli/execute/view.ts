import path from 'node:path';
import { readSigning } from '../../attest/read-signing.ts';
import type { Signing } from '../../attest/signer-policy.ts';
import { loadCatalog, loadServer, unknownEntry } from '../../catalog/load.ts';
import { catalogSource, sourceText, type CatalogSource } from '../../catalog/catalog-source.ts';
import type { Entry } from '../../catalog/entry.ts';
import type { Problem } from '../../catalog/problem.ts';
import type { RecordedImage } from '../../catalog/quick-image.ts';
import { imageVersion } from '../../catalog/source.ts';
import { readTools, type Tool } from '../../catalog/tools.ts';
import { McpcatError } from '../../lib/errors.ts';
import { gatherCatalogIndex, listServer, type Fingerprints } from '../../catalog-index/gather.ts';
import type { ListedServer, CatalogIndex } from '../../catalog-index/catalog-index.ts';
import { openCatalogIndex } from '../../catalog-index/open-catalog-index.ts';
import { openTools } from '../../catalog-index/open-tools.ts';
import { parseTools } from '../../catalog-index/tools-text.ts';
import { catalogTrust } from '../catalog-trust.ts';
import type { Invocation } from '../command.ts';

/** The commands that only read a catalog take it from a folder, a catalog.json or an address alike. */
export function sourceOf({ options, terminal }: Invocation): CatalogSource {
  return catalogSource({ option: options.text('catalog'), env: terminal.env });
}

/** A server as lists show it. */
export type Summary = Entry & Pick<ListedServer, 'version' | 'runtime'>;

/** All servers, sorted by name; broken entries are problems. */
export async function serverSummaries(
  invocation: Invocation,
): Promise<{ readonly servers: readonly Summary[]; readonly problems: readonly Problem[] }> {
  const source = sourceOf(invocation);
  if (source.kind !== 'folder')
    return { servers: Object.values((await catalogIndexOf(invocation, source)).servers), problems: [] };
  const { servers, problems } = await loadCatalog(source.folder);
  const shown = [...servers.values()].map(({ entry, lock }) => ({
    ...entry,
    version: lock?.version ?? imageVersion(entry.source) ?? null,
    runtime: lock?.runtime ?? null,
  }));
  return { servers: shown, problems };
}

/** One server with all that is known of it, and whether the catalog has others. Throws `entry-unknown`. */
export async function listedServer(
  invocation: Invocation,
  name: string,
): Promise<{ readonly server: ListedServer; readonly exists: (other: string) => boolean }> {
  const source = sourceOf(invocation);
  if (source.kind === 'folder') {
    const { entryExists } = await import('../../catalog/quick.ts');
    const { server } = await listServer(await loadServer(source.folder, name));
    return { server, exists: entryExists(source.folder) };
  }
  const { servers } = await catalogIndexOf(invocation, source);
  const exists = (other: string): boolean => Object.hasOwn(servers, other);
  return { server: serverIn(servers, { name, source }), exists };
}

/** The same, with where it is from: for what lies beside the catalog index. */
export async function listedIndex(
  invocation: Invocation,
  name: string,
): Promise<{
  readonly server: ListedServer;
  readonly source: CatalogSource;
  readonly catalogIndex: CatalogIndex | undefined;
}> {
  const source = sourceOf(invocation);
  if (source.kind === 'folder')
    return { server: (await listedServer(invocation, name)).server, source, catalogIndex: undefined };
  const catalogIndex = await catalogIndexOf(invocation, source);
  return { server: serverIn(catalogIndex.servers, { name, source }), source, catalogIndex };
}

export interface WholeCatalogIndex {
  readonly catalogIndex: CatalogIndex;
  readonly problems: readonly Problem[];
  /** Names and descriptions, read when they are asked for. Throws what `openTools` throws. */
  readonly toolsOf: (server: ListedServer) => Promise<readonly Tool[]>;
}

/** All servers with all that is known of them; the proofs of a folder are held against what its locks are now. */
export async function wholeCatalogIndex(
  invocation: Invocation,
  fingerprints: () => Promise<Fingerprints>,
): Promise<WholeCatalogIndex> {
  const source = sourceOf(invocation);
  if (source.kind === 'folder') {
    const { tools, ...gathered } = await gatherCatalogIndex(source.folder, await fingerprints());
    return { ...gathered, toolsOf: (server) => Promise.resolve(gatheredTools(server, tools)) };
  }
  const catalogIndex = await catalogIndexOf(invocation, source);
  const { env, host, signal } = invocation.terminal;
  const request = { source, catalogIndex, cache: host.folders(env).cache, signal };
  return { catalogIndex, problems: [], toolsOf: (server) => openTools(server, request) };
}

/** The tools of a server that the catalog has; undefined if they were never listed. Throws what `openTools` throws. */
export async function toolsOf(invocation: Invocation, name: string): Promise<readonly Tool[] | undefined> {
  const source = sourceOf(invocation);
  if (source.kind === 'folder') return readTools(path.join(source.folder, name));
  const { env, host, signal } = invocation.terminal;
  const catalogIndex = await catalogIndexOf(invocation, source);
  const server = serverIn(catalogIndex.servers, { name, source });
  if (server.tools === null) return undefined;
  return openTools(server, { source, catalogIndex, cache: host.folders(env).cache, signal });
}

export function gatheredTools(
  { name, tools }: ListedServer,
  texts: ReadonlyMap<string, string>,
): readonly Tool[] {
  const text = texts.get(name);
  return tools === null || text === undefined ? [] : parseTools(text, tools, name);
}

/** The servers of a catalog.json that were named, or all with `--all`. Throws `entry-unknown`. */
export async function namedServers(
  invocation: Invocation,
  source: Exclude<CatalogSource, { kind: 'folder' }>,
): Promise<readonly ListedServer[]> {
  const { options, positionals } = invocation;
  if (!options.flag('all') && positionals.length === 0)
    throw new McpcatError('usage', 'expected the name of a server, or --all', {
      hint: 'mcpcat list shows them',
    });
  const { servers } = await catalogIndexOf(invocation, source);
  if (options.flag('all')) return Object.values(servers);
  return [...new Set(positionals)].map((name) => serverIn(servers, { name, source }));
}

/** Who signs the images of a catalog; undefined if nobody does. */
export async function signingOf(invocation: Invocation, source: CatalogSource): Promise<Signing | undefined> {
  if (source.kind === 'folder') return readSigning(source.folder);
  return (await catalogIndexOf(invocation, source)).signing;
}

/** As a pull takes it. */
export function recordedImage(image: ListedServer['image']): RecordedImage | undefined {
  return image === null ? undefined : { digest: image.digest, repository: image.repository ?? undefined };
}

/** Not `servers[name]` alone: `constructor` is a name too. */
export function serverIn(
  servers: CatalogIndex['servers'],
  { name, source }: { readonly name: string; readonly source: CatalogSource },
): ListedServer {
  const server = Object.hasOwn(servers, name) ? servers[name] : undefined;
  if (server !== undefined) return server;
  throw unknownEntry(sourceText(source), { name, names: Object.keys(servers) });
}

/** By the invocation that asks for it: a search asks for the tools of every server. */
const opened = new WeakMap<Invocation, Promise<CatalogIndex>>();

/** Read once for an invocation; `source` is what `sourceOf` gives for it. */
export function catalogIndexOf(
  invocation: Invocation,
  source: Exclude<CatalogSource, { kind: 'folder' }>,
): Promise<CatalogIndex> {
  const { terminal } = invocation;
  const index =
    opened.get(invocation) ??
    openCatalogIndex({
      source,
      cache: terminal.host.folders(terminal.env).cache,
      mode: 'patient',
      trust: catalogTrust(invocation, 'said'),
      say: (line) => terminal.stderr.write(`mcpcat: ${line}\n`),
      signal: terminal.signal,
    });
  opened.set(invocation, index);
  return index;
}
