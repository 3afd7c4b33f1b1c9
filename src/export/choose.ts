import type { CatalogSource } from '../catalog/catalog-source.ts';
import { imageIn } from '../catalog/image-name.ts';
import type { Tool } from '../catalog/tools.ts';
import type { Input } from '../lib/input.ts';
import type { ListedServer } from '../catalog-index/catalog-index.ts';

/** A server that others can run, with the image that they take. */
export interface Exported {
  readonly server: ListedServer;
  /** `registry.example.com/mcpcat/time@sha256:…`, or a name on this engine alone. */
  readonly image: string;
}

/** For the forms that name a server's tools. */
export interface ExportedWithTools extends Exported {
  readonly tools: readonly Tool[];
}

/** A server that is not exported, and why. */
export interface LeftOut {
  readonly name: string;
  readonly reason: string;
  /** What would take it all the same. */
  readonly inputs?: readonly Input[];
}

export interface Choice {
  /** Also what has no proof of what it is now. */
  readonly unproved: boolean;
  /** The images that were built here of this catalog, for peers that run on this engine; undefined: published ones. */
  readonly local: CatalogSource | undefined;
}

/** What other launchers can use. Pure. */
export function chooseExported(
  servers: readonly ListedServer[],
  choice: Choice,
): { readonly chosen: readonly Exported[]; readonly left: readonly LeftOut[] } {
  const judged = servers.map((server) => ({ server, verdict: judge(server, choice) }));
  return {
    chosen: judged.flatMap(({ server, verdict }) => ('image' in verdict ? [{ server, ...verdict }] : [])),
    left: judged.flatMap(({ server: { name }, verdict }) =>
      'reason' in verdict ? [{ name, ...verdict }] : [],
    ),
  };
}

/** What keeps a server from every launcher, wherever that runs. */
export function whyUnready(
  { status, reason, version }: ListedServer,
  unproved: boolean,
): Omit<LeftOut, 'name'> | undefined {
  if (version === null) return { reason: 'it has no lock yet' };
  if (status !== 'proved' && !unproved) return { reason: reason ?? status, inputs: [{ name: 'unproved' }] };
  return undefined;
}

function judge(
  server: ListedServer,
  { unproved, local }: Choice,
): { readonly image: string } | Omit<LeftOut, 'name'> {
  const { name, image, transport } = server;
  const unready = whyUnready(server, unproved);
  if (unready !== undefined) return unready;
  // It listens on the loopback of a container without network: only the tunnel leads there.
  if (transport !== undefined)
    return { reason: 'it speaks HTTP inside its container, which only mcpcat run can reach' };
  if (local !== undefined) return { image: imageIn(local, name) };
  const reference = image?.reference ?? null;
  if (reference !== null) return { image: reference };
  return {
    reason: 'its image is in no registry yet (mcpcat publish)',
    inputs: [{ name: 'local' }],
  };
}
