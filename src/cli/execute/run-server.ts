import { catalogSource, type CatalogSource } from '../../catalog/catalog-source.ts';
import { entryExists, quickEntry } from '../../catalog/quick.ts';
import { quickImage, type RecordedImage } from '../../catalog/quick-image.ts';
import { quickServer } from '../../listing/quick-listing.ts';
import type { Entry } from '../../catalog/entry.ts';
import type { Invocation } from '../command.ts';

/** A server as the catalog has it, found on the quick way. */
export interface RunServer {
  readonly declared: Entry;
  /** Undefined if nobody has published one. */
  readonly recorded: RecordedImage | undefined;
  readonly exists: (name: string) => boolean;
  readonly source: CatalogSource;
}

/** From a folder, a catalog.json or its address; loads neither YAML nor schema where the entry is known already. */
export async function serverToRun({ options, terminal }: Invocation, name: string): Promise<RunServer> {
  const { env, host } = terminal;
  const source = catalogSource({ option: options.text('catalog'), env });
  const cache = host.folders(env).cache;
  if (source.kind === 'folder') {
    const { folder } = source;
    const declared = await quickEntry({ folder, name, cache });
    return { declared, recorded: quickImage(folder, name), exists: entryExists(folder), source };
  }
  const say = (line: string): void => void terminal.stderr.write(`mcpcat: ${line}\n`);
  const { entry, image, exists } = await quickServer({ source, name, cache, say });
  const recorded =
    image === undefined ? undefined : { digest: image.digest, repository: image.repository ?? undefined };
  return { declared: entry, recorded, exists, source };
}
