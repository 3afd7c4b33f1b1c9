import type { Server } from '../catalog/server.ts';
import { parseSource } from '../catalog/source.ts';
import { McpcatError } from '../lib/errors.ts';
import type { Ecosystem } from '../versioning/versioning.ts';
import { inputsTag } from './inputs.ts';
import type { Variant } from './variant.ts';

/** Which release of which server it is. */
export interface Release {
  readonly name: string;
  readonly ecosystem: Ecosystem;
  readonly version: string;
  /** Tag that stands for what it is built from. */
  readonly inputs: string;
}

/** Of an index: by it a tag that follows releases knows whether it would move backwards. */
export const versionAnnotation = 'org.opencontainers.image.version';

export function releaseOf({ entry, lock }: Server, variants: readonly Variant[]): Release {
  if (lock === undefined) {
    const hint = `mcpcat update ${entry.name}`;
    throw new McpcatError('lock-missing', `${entry.name}: it has no lock yet`, { hint });
  }
  const inputs = inputsTag(
    Object.fromEntries(variants.map(({ platform, fingerprint }) => [platform, fingerprint])),
  );
  return { name: entry.name, ecosystem: parseSource(lock.source).kind, version: lock.version, inputs };
}
