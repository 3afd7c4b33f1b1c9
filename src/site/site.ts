import type { Tool } from '../catalog/tools.ts';
import type { CatalogIndex } from '../catalog-index/catalog-index.ts';
import { oneLine } from '../lib/plain-text.ts';
import { listPage } from './list-page.ts';
import { script } from './script.ts';
import type { SiteEvidence } from './evidence.ts';
import { serverPage } from './server-page.ts';
import { style } from './style.ts';

export type ToolsOf = (server: string) => readonly Tool[];
export type EvidenceOf = (server: string) => SiteEvidence | undefined;

/** File name → text, of the whole site. Pure: the same catalog gives the same bytes. */
export function siteOf(
  index: CatalogIndex,
  toolsOf: ToolsOf,
  evidenceOf: EvidenceOf = () => undefined,
): ReadonlyMap<string, string> {
  const servers = Object.values(index.servers);
  return new Map([
    ['index.html', listPage(index)],
    ['style.css', style],
    ['site.js', script],
    ['tools.json', searchText(servers.map(({ name }) => [name, toolsOf(name)]))],
    ...servers.map(
      (server) =>
        [
          `server/${server.name}.html`,
          serverPage(server, { tools: toolsOf(server.name), evidence: evidenceOf(server.name) }),
        ] as const,
    ),
  ]);
}

/** By server, what a search looks for in tools: lower case, names whole, descriptions by their beginning. */
function searchText(all: readonly (readonly [string, readonly Tool[]])[]): string {
  const words = all.map(([name, tools]) => [
    name,
    tools.map((tool) => `${tool.name} ${oneLine(tool.description, 160)}`.toLowerCase()).join(' '),
  ]);
  return `${JSON.stringify(Object.fromEntries(words))}\n`;
}
