import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { once } from '../host/once.ts';
import { McpcatError } from '../lib/errors.ts';
import { projectFolder } from '../lib/project.ts';
import { isLoopback } from '../lib/loopback.ts';

/** Where a catalog is: a folder of entries, a `catalog.json`, or the address of one. */
export type CatalogSource =
  | { readonly kind: 'folder'; readonly folder: string }
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'url'; readonly url: string };

export interface CatalogChoice {
  /** What the user named. */
  readonly option: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What the user named, MCPCAT_CATALOG, or the folder that mcpcat came with. Throws `usage` for an address that is not safe. */
export function catalogSource({ option, env }: CatalogChoice): CatalogSource {
  const chosen = option ?? env['MCPCAT_CATALOG'] ?? '';
  if (chosen === '') return ownCatalog();
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(chosen)) return { kind: 'url', url: safeUrl(chosen) };
  const place = path.resolve(chosen);
  // What is not there yet is taken for a folder, unless its name says otherwise.
  const isFile = statSync(place, { throwIfNoEntry: false })?.isFile() ?? place.endsWith('.json');
  return isFile ? { kind: 'file', file: place } : { kind: 'folder', folder: place };
}

/** The catalog that mcpcat came with: the folder of a checkout, or what a package has in its place (packed-catalog.ts). */
export const ownCatalog: () => CatalogSource = once(() => {
  const project = projectFolder();
  const folder = path.join(project, 'catalog');
  return existsSync(folder)
    ? { kind: 'folder', folder }
    : { kind: 'file', file: path.join(project, 'packed', 'catalog.json') };
});

/** Whether what was built here comes before what a registry has: so it is where there are locks to build from. */
export function isBuiltFirst(source: CatalogSource): boolean {
  return source.kind === 'folder' || isOwn(source);
}

export function isOwn(source: CatalogSource): boolean {
  return sourceText(source) === sourceText(ownCatalog());
}

/**
 * What a catalog is called in what we keep about its servers. The one that mcpcat came with is the same wherever it is
 * installed, so that an update of mcpcat, or of Node, does not make another of it.
 */
export function catalogId(source: CatalogSource): string {
  return isOwn(source) ? 'mcpcat' : sourceText(source);
}

/** For messages. */
export function sourceText(source: CatalogSource): string {
  if (source.kind === 'url') return source.url;
  return source.kind === 'file' ? source.file : source.folder;
}

/**
 * A catalog says what servers may do, and which image they are: whoever can change it on its way decides that. So it
 * comes over TLS, or from this machine. The text may hold a password, so none is repeated.
 */
function safeUrl(text: string): string {
  if (!URL.canParse(text)) throw new McpcatError('usage', 'the catalog: expected an address, found none');
  const url = new URL(text);
  if (url.username !== '' || url.password !== '')
    throw new McpcatError(
      'usage',
      `the catalog at ${url.host}: expected an address without user and password`,
    );
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))) return url.href;
  const hint = 'https://…; http:// is for this machine alone';
  throw new McpcatError('usage', `the catalog at ${url.host}: expected https, found ${url.protocol}//`, {
    hint,
  });
}
