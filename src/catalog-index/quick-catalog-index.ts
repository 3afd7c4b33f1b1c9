import type { Signing } from '../attest/signer-policy.ts';
import type { CatalogSource } from '../catalog/catalog-source.ts';
import type { Entry } from '../catalog/entry.ts';
import { isCurrent, type CatalogTrust } from './catalog-trust.ts';
import { ageText, copyFiles, readFacts } from './copy-files.ts';
import { readPersisted, type OpenedServer, type Wanted } from './kept-server.ts';
import type { ListedImage } from './catalog-index.ts';

interface Request {
  readonly source: Exclude<CatalogSource, { kind: 'folder' }>;
  readonly name: string;
  /** mcpcat's cache folder. */
  readonly cache: string;
  /** Whom an address is believed. */
  readonly trust: CatalogTrust;
  /** One line for people, without its end. */
  readonly say: (line: string) => void;
}

/** What a launch needs to know of a server. */
export interface QuickServer {
  readonly entry: Entry;
  /** Undefined if nobody has published one. */
  readonly image: ListedImage | undefined;
  /** How many; undefined if they were never listed. */
  readonly tools: number | undefined;
  /** Who signs the images of this catalog; undefined if nobody does. */
  readonly signing: Signing | undefined;
  /** SHA-256, in hex, of its surface; undefined if it has none. */
  readonly surface: string | undefined;
  readonly exists: (name: string) => boolean;
}

/** Milliseconds that a copy counts as new for a launch, and that an address is left alone after it was asked in vain. */
const fresh = 60 * 60_000;
const quiet = 5 * 60_000;

/**
 * A server of a catalog.json for a launch. Reading all of it, zod and the network cost more than the rest of the start
 * together, so the checked entry is kept beside the state of the file it came from. An address is only asked when its
 * copy is an hour old. Throws what `openListing` throws, and `entry-unknown`.
 */
export async function quickServer(request: Request): Promise<QuickServer> {
  const { source } = request;
  return facts(
    source.kind === 'file'
      ? await serverIn({ ...request, file: source.file, url: undefined })
      : await asked(request, source.url),
  );
}

async function asked(request: Request, url: string): Promise<OpenedServer> {
  const { say } = request;
  const copy = copyOf(url, request);
  const file = copy?.file ?? '';
  if (copy?.state === 'old') {
    const kept = readPersisted({ ...request, file });
    if (kept !== undefined)
      return (await import('./refresh-copy.ts')).refreshedServer(request, { url, kept });
  } else if (copy !== undefined) {
    // A server that it does not have may have been added since; a copy of another mcpcat may be of another form.
    const found = await serverIn({ ...request, file, url }).catch(() => undefined);
    if (found !== undefined && copy.warning !== undefined) say(copy.warning);
    if (found !== undefined) return found;
  }
  const { openServer } = await import('./open-server.ts');
  return openServer({ ...request, mode: 'launch' });
}

function facts({ entry, image, tools, signing, surface, names }: OpenedServer): QuickServer {
  const exists = (name: string): boolean => names.includes(name);
  return {
    entry,
    image: image ?? undefined,
    tools: tools ?? undefined,
    signing: signing ?? undefined,
    surface: surface ?? undefined,
    exists,
  };
}

async function serverIn(
  request: Wanted & Pick<Request, 'say' | 'trust'> & { readonly url: string | undefined },
): Promise<OpenedServer> {
  const kept = readPersisted(request);
  if (kept !== undefined) return kept;
  const { openAndKeep } = await import('./open-server.ts');
  return openAndKeep(request);
}

interface KnownCopy {
  readonly file: string;
  /** Whether the address is to be asked first. */
  readonly state: 'usable' | 'old';
  /** What is said when it is used. */
  readonly warning?: string;
}

/** The copy of an address, if there is one. */
function copyOf(url: string, { cache, trust }: Pick<Request, 'cache' | 'trust'>): KnownCopy | undefined {
  const known = readFacts(cache, url);
  const { text: file } = copyFiles(cache, url);
  if (known === undefined) return undefined;
  const { checkedAt, failedAt = 0 } = known;
  const now = Date.now();
  const within = (since: number, time: number): boolean => since <= now && now - since < time;
  if (!isCurrent(known.signed, trust) || (trust.pinsState?.() ?? '') !== (known.pinsState ?? ''))
    return { file, state: 'old' };
  if (within(checkedAt, fresh)) return { file, state: 'usable' };
  if (!within(failedAt, quiet)) return { file, state: 'old' };
  const warning = `the catalog ${url} did not answer a few minutes ago; this is the copy of ${ageText(now - checkedAt)} ago`;
  return { file, state: 'usable', warning };
}
