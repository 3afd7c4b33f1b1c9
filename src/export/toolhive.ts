import { parseHostRules } from '../lib/host-rules.ts';
import type { ListedServer } from '../catalog-index/catalog-index.ts';
import type { ExportedWithTools } from './choose.ts';
import { publisherKey, serverJson, type ServerJson } from './server-json.ts';

/** github.com/stacklok/toolhive-core, registry/types: its registry file holds servers in the official form. */
const schemaUrl =
  'https://raw.githubusercontent.com/stacklok/toolhive-core/main/registry/types/data/upstream-registry.schema.json';
const extensionKey = 'io.github.stacklok';

/** ToolHive's registry file. */
export interface ToolhiveRegistry {
  readonly $schema: string;
  readonly version: string;
  readonly meta: { readonly last_updated: string };
  readonly data: { readonly servers: readonly ServerJson[] };
}

/** Pure, so its time is that of its newest content. */
export function toolhiveRegistry(
  exported: readonly ExportedWithTools[],
  namespace: string,
): ToolhiveRegistry {
  const newest = exported
    .map(({ server }) => changedOn(server))
    .toSorted()
    .at(-1);
  return {
    $schema: schemaUrl,
    version: '1.0.0',
    meta: { last_updated: newest ?? '1970-01-01T00:00:00Z' },
    data: { servers: exported.map((one) => toolhiveServer(one, namespace)) },
  };
}

function toolhiveServer(exported: ExportedWithTools, namespace: string): ServerJson {
  const { _meta: meta, ...base } = serverJson(exported, namespace);
  const extension = { [exported.image]: extensionOf(exported) };
  return {
    ...base,
    _meta: { [publisherKey]: { ...meta[publisherKey], [extensionKey]: extension } },
  };
}

function extensionOf({ server, tools }: ExportedWithTools): object {
  const { description, categories } = server;
  const names = tools.map(({ name }) => name).filter((name) => /^[\w-]+$/.test(name));
  return {
    status: 'active',
    tier: 'Community',
    ...(names.length === 0 ? {} : { tools: [...new Set(names)] }),
    tags: [...new Set(categories)].filter((tag) => /^[a-z0-9][a-z0-9_-]*[a-z0-9]$/.test(tag)),
    overview: description,
    permissions: { network: { outbound: outboundOf(server) } },
    metadata: { last_updated: changedOn(server) },
  };
}

/** Hosts and ports side by side: that a port belongs to one host alone can't be said. Nor can the host of a setting. */
function outboundOf({ permissions: { network } }: ListedServer): object {
  const { rules } = parseHostRules(network, 'permissions.network');
  const ports = [...new Set(rules.flatMap((rule) => rule.ports))].toSorted((a, b) => a - b);
  if (rules.some(({ kind }) => kind === 'any')) return { insecure_allow_all: true };
  const hosts = rules.flatMap(({ kind, name }) => {
    if (kind === 'setting') return [];
    return [kind === 'suffix' ? `.${name}` : name];
  });
  return { insecure_allow_all: false, allow_host: [...new Set(hosts)], allow_port: ports };
}

function changedOn({ image, proof, freshness }: ListedServer): string {
  const day = image?.published ?? proof?.date ?? freshness.released?.slice(0, 10) ?? '1970-01-01';
  return `${day}T00:00:00Z`;
}
