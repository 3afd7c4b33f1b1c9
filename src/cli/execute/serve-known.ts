import path from 'node:path';
import { signingFile } from '../../attest/read-signing.ts';
import type { KnownSurface } from '../../catalog-index/proved-surface.ts';
import { catalogSource, sourceText, type CatalogSource } from '../../catalog/catalog-source.ts';
import { entryExists, schemaVersion } from '../../catalog/quick.ts';
import { once } from '../../host/once.ts';
import { digest } from '../../lib/digest.ts';
import { fileState } from '../../lib/file-state.ts';
import { Remembered } from '../../lib/remembered.ts';
import type { KeptLists } from '../../serve/kept-lists.ts';
import type { Invocation, Terminal } from '../command.ts';
import { version } from '../version.ts';
import { serverToRun, type RunServer } from './run-server.ts';

type Known = Omit<RunServer, 'exists' | 'source'>;

/** Of what makes values and lists of files: the bundle that it is in; of sources a number, to be raised with them. */
const formVersion = once(() =>
  [version, schemaVersion, fileState(path.join(import.meta.dirname, 'serve.cjs')) ?? 'sources 1'].join(' '),
);

/** What is known of the surfaces of a catalog; nothing over HTTP, whose clients ask for lists when files may be others. */
export function knownSurfaces(invocation: Invocation): Remembered<KnownSurface> | undefined {
  const { options, terminal } = invocation;
  if (options.flag('http')) return undefined;
  const source = catalogSource({ option: options.text('catalog'), env: terminal.env });
  return source.kind === 'url' ? undefined : new Remembered(whereFor('surfaces', source, terminal));
}

/** Where the lists are that clients were shown. */
export function keptListsOf({ env, host }: Terminal): ConstructorParameters<typeof KeptLists>[0] {
  return {
    folder: path.join(host.folders(env).cache, 'served'),
    version: formVersion(),
    owns: (facts) => host.owns(facts),
  };
}

function whereFor(
  what: string,
  source: CatalogSource,
  { env, host }: Terminal,
): ConstructorParameters<typeof Remembered>[0] {
  return {
    file: path.join(host.folders(env).cache, 'served', `${what}-${digest(sourceText(source))}.json`),
    version: formVersion(),
    owns: (facts) => host.owns(facts),
  };
}

/**
 * `serverToRun` for many servers of which none is started yet: of a folder's files only those are read that have changed
 * since the last time. A start reads all of them.
 */
export function knownServers({ options, terminal }: Invocation): typeof serverToRun {
  const source = catalogSource({ option: options.text('catalog'), env: terminal.env });
  if (source.kind !== 'folder') return serverToRun;
  const { folder } = source;
  const remembered = new Remembered<Known>(whereFor('servers', source, terminal));
  const exists = entryExists(folder);
  return async (invocation, name) => {
    const own = ['server.yaml', 'image.json', 'tools.json'].map((file) => path.join(folder, name, file));
    const memory = remembered.of(name, [...own, path.join(folder, signingFile)]);
    if (memory.known !== undefined) return { ...memory.known, exists, source };
    const { declared, recorded, tools, signing } = await serverToRun(invocation, name);
    memory.keep({ declared, recorded, tools, signing });
    return { declared, recorded, tools, signing, exists, source };
  };
}
