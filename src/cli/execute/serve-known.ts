import path from 'node:path';
import { signingFile } from '../../attest/read-signing.ts';
import type { KnownSurface } from '../../catalog-index/proved-surface.ts';
import { catalogSource, sourceText, type CatalogSource } from '../../catalog/catalog-source.ts';
import { schemaVersion } from '../../catalog/quick.ts';
import { once } from '../../host/once.ts';
import { digest } from '../../lib/digest.ts';
import { fileState, type FilesSeen } from '../../lib/file-state.ts';
import { Remembered } from '../../lib/remembered.ts';
import type { KeptLists } from '../../serve/kept-lists.ts';
import type { Invocation, Terminal } from '../command.ts';
import { version } from '../version.ts';
import { serverToRun, type RunServer } from './run-server.ts';

/** A server as its catalog has it, for whoever does not start it. */
export type KnownServer = Omit<RunServer, 'exists'>;

interface Asked {
  /** Where files that are asked for are looked at. */
  readonly seen?: FilesSeen | undefined;
}

type ServerOf = (invocation: Invocation, name: string) => Promise<KnownServer>;
type Known = Omit<KnownServer, 'source'>;

/** Of what makes values and lists of files: the bundle that it is in; of sources a number, to be raised with them. */
const formVersion = once(() =>
  [version, schemaVersion, fileState(path.join(import.meta.dirname, 'serve.cjs')) ?? 'sources 1'].join(' '),
);

/** What is known of the surfaces of a catalog; nothing over HTTP, whose clients ask for lists when files may be others. */
export function knownSurfaces(
  { options, terminal }: Invocation,
  { seen }: Asked = {},
): {
  readonly remembered?: Remembered<KnownSurface>;
  readonly folders?: Remembered<string>;
} {
  const source = catalogSource({ option: options.text('catalog'), env: terminal.env });
  if (options.flag('http') || source.kind === 'url') return {};
  const where = { source, terminal, seen };
  return {
    remembered: new Remembered(whereFor('surfaces', where)),
    ...(source.kind === 'file' ? { folders: new Remembered(whereFor('folders', where)) } : {}),
  };
}

/** Where the lists are that clients were shown. */
export function keptListsOf({ env, host }: Terminal): ConstructorParameters<typeof KeptLists>[0] {
  return {
    folder: path.join(host.folders(env).cache, 'served'),
    version: formVersion(),
    owns: (facts) => host.owns(facts),
  };
}

interface Where extends Asked {
  readonly source: CatalogSource;
  readonly terminal: Terminal;
}

function whereFor(
  what: string,
  { source, terminal: { env, host }, seen }: Where,
): ConstructorParameters<typeof Remembered>[0] {
  return {
    file: path.join(host.folders(env).cache, 'served', `${what}-${digest(sourceText(source))}.json`),
    version: formVersion(),
    owns: (facts) => host.owns(facts),
    seen,
  };
}

/**
 * `serverToRun` for many servers of which none is started yet: only those are read whose files have changed since the
 * last time. A start reads all of them.
 */
export function knownServers({ options, terminal }: Invocation, { seen }: Asked = {}): ServerOf {
  const source = catalogSource({ option: options.text('catalog'), env: terminal.env });
  if (source.kind === 'url') return serverToRun;
  const remembered = new Remembered<Known>(whereFor('servers', { source, terminal, seen }));
  return async (invocation, name) => {
    const memory = remembered.of(name, filesOf(source, name));
    if (memory.known !== undefined) return { ...memory.known, source };
    const { declared, recorded, tools, signing, listedSurface } = await serverToRun(invocation, name);
    const found = { declared, recorded, tools, signing, listedSurface };
    memory.keep(found);
    return { ...found, source };
  };
}

function filesOf(source: Exclude<CatalogSource, { kind: 'url' }>, name: string): readonly string[] {
  if (source.kind === 'file') return [source.file];
  const own = ['server.yaml', 'image.json', 'tools.json'].map((file) => path.join(source.folder, name, file));
  return [...own, path.join(source.folder, signingFile)];
}
