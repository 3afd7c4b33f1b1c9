import type { Server } from '../catalog/server.ts';
import { parseSource } from '../catalog/source.ts';

/** Go: the module that the lock took the package from, so that not every folder above it is asked for. */
export function goModuleOf({ entry, lock }: Server): string | undefined {
  const { kind, name } = parseSource(entry.source);
  if (kind !== 'go' || lock === undefined) return undefined;
  const holds = (module: string): boolean => name === module || name.startsWith(`${module}/`);
  return lock.artifacts
    .map((artifact) => artifact.name)
    .filter(holds)
    .toSorted((a, b) => b.length - a.length)[0];
}
