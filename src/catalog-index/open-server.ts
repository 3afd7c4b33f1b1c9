import path from 'node:path';
import { writeWhole } from '../lib/folders.ts';
import { makeFolderNow } from '../lib/make-folder.ts';
import {
  isPlain,
  persistedFile,
  persistedVersion,
  type Persisted,
  type OpenedServer,
  type Wanted,
} from './kept-server.ts';
import { McpcatError } from '../lib/errors.ts';
import { fileState, isRacy } from '../lib/file-state.ts';
import { readCopy } from './offline-copy.ts';
import { openCatalogIndex, readAgain, type OpenRequest } from './open-catalog-index.ts';
import { serverOf } from './server-of.ts';

type ServerRequest = OpenRequest & { readonly name: string };

/** One server of a catalog.json, and the names of all. Throws `entry-unknown` too. */
export async function openServer(request: ServerRequest): Promise<OpenedServer> {
  return serverOf(await openCatalogIndex(request), request);
}

type KeptRequest = Wanted &
  Pick<OpenRequest, 'say' | 'trust'> & {
    /** Of an address whose copy the file is. */
    readonly url: string | undefined;
  };

/** The same for the next launches too: kept beside the state of the file, unless that was written just now. */
export async function openAndKeep(request: KeptRequest): Promise<OpenedServer> {
  const { file, name } = request;
  const before = fileState(file);
  const found = await openIn(request);
  const state = fileState(file);
  if (isPlain(name) && state !== undefined && state === before && !isRacy(file))
    await writeKept(persistedFile(request), { version: persistedVersion, file, state, ...found });
  return found;
}

async function openIn({ url, file, ...request }: KeptRequest): Promise<OpenedServer> {
  const { name, cache } = request;
  if (url === undefined) return openServer({ ...request, source: { kind: 'file', file }, mode: 'launch' });
  const copy = await readCopy(cache, url);
  if (copy === undefined) throw new McpcatError('io-failed', `the copy of the catalog ${url} is damaged`);
  return serverOf(await readAgain(copy, request), { name, source: { kind: 'url', url } });
}

async function writeKept(file: string, kept: Persisted): Promise<void> {
  try {
    makeFolderNow(path.dirname(file), 0o700);
    await writeWhole(file, JSON.stringify(kept));
  } catch {
    // A cache that can't be written only costs time.
  }
}
