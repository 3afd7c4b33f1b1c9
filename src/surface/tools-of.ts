import { createHash } from 'node:crypto';
import type { Tool } from '../catalog/tools.ts';
import { schemaHash } from '../mcp/schema-hash.ts';
import { surfaceText } from './surface-text.ts';
import { forClient } from './for-client.ts';
import type { RevisionSurface, Surface } from './surface.ts';

/** The content of `tools.json`: what a reviewer reads, of the revision that clients ask for by `initialize` if there is one. */
export function toolsOf(surface: Surface): readonly Tool[] {
  return forClient(clientRevision(surface), {}).tools.map(({ name, description, inputSchema }) => ({
    name,
    description: typeof description === 'string' ? description : '',
    schema: schemaHash(inputSchema ?? null),
  }));
}

/** The newest revision that begins with `initialize`, as most clients do; else the newest. */
export function clientRevision({ revisions }: Surface): RevisionSurface {
  const found = revisions.find(isLegacy) ?? revisions[0];
  if (found !== undefined) return found;
  throw new Error('Internal error: a surface without a revision');
}

function isLegacy({ protocolVersion }: RevisionSurface): boolean {
  return protocolVersion < '2026';
}

/** sha256 of its text, in hex: what a proof says of it. */
export function surfaceSha256(surface: Surface): string {
  return createHash('sha256').update(surfaceText(surface)).digest('hex');
}
