import path from 'node:path';
import { loadServer } from '../../src/catalog/load.ts';
import type { Platform } from '../../src/engine/engine.ts';
import type { Inventory } from '../../src/inventory/component.ts';
import { inventoryOf } from '../../src/inventory/inventory.ts';

const project = path.resolve(import.meta.dirname, '../..');

/** Of a server of our own catalog, for linux/amd64 if nothing is said. */
export async function catalogInventory(name: string, platform: Platform = 'linux/amd64'): Promise<Inventory> {
  const server = await loadServer(path.join(project, 'catalog'), name);
  return inventoryOf(server, { templates: path.join(project, 'templates'), platform });
}
