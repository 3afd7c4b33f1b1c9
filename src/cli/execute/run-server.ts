import { readSigning } from '../../attest/read-signing.ts';
import type { Signing } from '../../attest/signer-policy.ts';
import { catalogSource, type CatalogSource } from '../../catalog/catalog-source.ts';
import { entryExists, quickEntry } from '../../catalog/quick.ts';
import { quickImage, quickTools, type RecordedImage } from '../../catalog/quick-image.ts';
import { quickServer } from '../../catalog-index/quick-catalog-index.ts';
import type { GrantedTools } from '../../consent/grant.ts';
import type { Entry } from '../../catalog/entry.ts';
import { imageSource } from '../../catalog/source.ts';
import { catalogTrust } from '../catalog-trust.ts';
import type { Invocation } from '../command.ts';

/** A server as the catalog has it, found on the quick way. */
export interface RunServer {
  readonly declared: Entry;
  /** Undefined if nobody has published one. */
  readonly recorded: RecordedImage | undefined;
  /** Undefined if they were never listed. */
  readonly tools: GrantedTools | undefined;
  /** Who signs the images of its catalog; undefined if nobody does. */
  readonly signing: Signing | undefined;
  /** SHA-256, in hex, of the surface that its catalog.json names; of a folder it is read where somebody signs. */
  readonly listedSurface: string | undefined;
  readonly exists: (name: string) => boolean;
  readonly source: CatalogSource;
}

/** From a folder, a catalog.json or its address; loads neither YAML nor schema where the entry is known already. */
export async function serverToRun(invocation: Invocation, name: string): Promise<RunServer> {
  const { options, terminal } = invocation;
  const { env, host } = terminal;
  const source = catalogSource({ option: options.text('catalog'), env });
  const cache = host.folders(env).cache;
  if (source.kind === 'folder') {
    const { folder } = source;
    const declared = await quickEntry({ folder, name, cache });
    const recorded = imageSource(declared.source) ?? quickImage(folder, name);
    const names = quickTools(folder, name);
    const tools = names === undefined ? undefined : { count: names.length, names };
    return {
      declared,
      recorded,
      tools,
      signing: readSigning(folder),
      listedSurface: undefined,
      exists: entryExists(folder),
      source,
    };
  }
  const say = (line: string): void => void terminal.stderr.write(`mcpcat: ${line}\n`);
  const { entry, image, tools, signing, surface, exists } = await quickServer({
    source,
    name,
    cache,
    say,
    trust: catalogTrust(invocation, 'refused'),
  });
  const published =
    image === undefined ? undefined : { digest: image.digest, repository: image.repository ?? undefined };
  return {
    declared: entry,
    recorded: imageSource(entry.source) ?? published,
    tools: tools === undefined ? undefined : { count: tools },
    signing,
    listedSurface: surface,
    exists,
    source,
  };
}
