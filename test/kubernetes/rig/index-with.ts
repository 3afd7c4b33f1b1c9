import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { CatalogIndex, ListedServer } from '../../../src/catalog-index/catalog-index.ts';
import { project } from '../../rig/engine.ts';

/** The catalog of this repository with one server, which is in that registry. */
export function indexWith(reference: string): CatalogIndex {
  const index = JSON.parse(readFileSync(path.join(project, 'catalog.json'), 'utf8')) as CatalogIndex;
  const server = index.servers['everything'];
  assert.ok(server?.image);
  const [repository = '', digest = ''] = reference.split('@');
  const platforms = Object.fromEntries(
    Object.entries(server.image.platforms).map(([name, one]) => [name, { ...one, digest }]),
  );
  const image = { ...server.image, reference, repository, digest, platforms };
  return { ...index, servers: { everything: { ...server, image } satisfies ListedServer } };
}
