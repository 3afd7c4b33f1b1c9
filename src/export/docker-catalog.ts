import { stringify } from 'yaml';
import type { Mount } from '../catalog/entry.ts';
import { parseHostRules } from '../lib/host-rules.ts';
import type { ListedServer } from '../catalog-index/catalog-index.ts';
import type { ExportedWithTools } from './choose.ts';

/** A server in a catalog file of github.com/docker/mcp-gateway (pkg/catalog/types.go). */
interface DockerServer {
  readonly title: string;
  readonly description: string;
  readonly type: 'server';
  readonly image: string;
  readonly tools: readonly { readonly name: string; readonly description: string }[];
  readonly secrets?: readonly { readonly name: string; readonly env: string }[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly config?: readonly object[];
  readonly volumes?: readonly string[];
  readonly disableNetwork?: boolean;
  readonly allowHosts?: readonly string[];
  readonly metadata: {
    readonly category: string;
    readonly tags: readonly string[];
    readonly license: string;
  };
}

/** `catalog.yaml` for `docker mcp gateway run --catalog`. Pure. */
export function dockerCatalog(exported: readonly ExportedWithTools[]): string {
  const registry = Object.fromEntries(exported.map((one) => [one.server.name, dockerServer(one)]));
  const options = { lineWidth: 0, blockQuote: false, aliasDuplicateObjects: false } as const;
  return stringify({ name: 'mcpcat', displayName: 'mcpcat', registry }, options);
}

function dockerServer({ server, image, tools }: ExportedWithTools): DockerServer {
  const { title, description, categories, license, permissions } = server;
  const config = configOf(server);
  return {
    title,
    description,
    type: 'server',
    image,
    tools: tools.map((tool) => ({ name: tool.name, description: tool.description })),
    ...given('secrets', secretsOf(server)),
    ...given('env', envOf(server)),
    ...given('config', config === undefined ? [] : [config]),
    ...given('volumes', volumesOf(server)),
    ...(permissions.network.length === 0 ? { disableNetwork: true } : {}),
    ...given('allowHosts', hostsOf(server)),
    metadata: { category: categories[0] ?? '', tags: categories, license },
  };
}

/** A list is left out where it is empty. */
function given<K extends string, T>(key: K, items: readonly T[]): { readonly [P in K]?: readonly T[] } {
  return items.length === 0 ? {} : ({ [key]: items } as { readonly [P in K]: readonly T[] });
}

function secretsOf({ name, env }: ListedServer): NonNullable<DockerServer['secrets']> {
  return Object.entries(env)
    .filter(([, { secret }]) => secret)
    .map(([variable]) => ({ name: `${name}.${variable}`, env: variable }));
}

/** The gateway gives no default to a setting that is not there, so one with a default is fixed to it. */
function envOf({ name, env }: ListedServer): NonNullable<DockerServer['env']> {
  return Object.entries(env)
    .filter(([, { secret }]) => !secret)
    .map(([variable, { default: usual }]) => ({
      name: variable,
      value: usual ?? `{{${name}.${variable}}}`,
    }));
}

/** What the user sets: settings without default that are no secrets, and the folders that must be handed over. */
function configOf({ name, env, permissions }: ListedServer): object | undefined {
  const settings = Object.entries(env).filter(
    ([, setting]) => !setting.secret && setting.default === undefined,
  );
  const mounts = requiredMounts(permissions.mounts);
  if (settings.length === 0 && mounts.length === 0) return undefined;
  const required = [
    ...settings.filter(([, setting]) => setting.required).map(([variable]) => variable),
    ...mounts.map((mount) => mount.name),
  ];
  return {
    name,
    description: `Configuration for ${name}`,
    type: 'object',
    properties: Object.fromEntries([
      ...settings.map(([variable, { description }]) => [variable, { type: 'string', description }] as const),
      ...mounts.map((mount) => [mount.name, { type: 'string', description: mount.description }] as const),
    ]),
    ...(required.length === 0 ? {} : { required }),
  };
}

/** A folder that may be left out can't be said: the gateway would mount an empty name. */
function requiredMounts(mounts: readonly Mount[]): readonly Mount[] {
  return mounts.filter(({ required }) => required);
}

function volumesOf({ name, permissions: { mounts, state } }: ListedServer): string[] {
  return [
    ...requiredMounts(mounts).map(
      (mount) => `{{${name}.${mount.name}}}:${mount.target}${mount.mode === 'ro' ? ':ro' : ''}`,
    ),
    ...state.map(({ name: folder, target }) => `mcpcat-${name}-${folder}:${target}`),
  ];
}

/** Empty where any host is permitted, and where none is. The host of a setting can't be said. */
function hostsOf({ permissions: { network } }: ListedServer): string[] {
  const { rules } = parseHostRules(network, 'permissions.network');
  if (rules.some(({ kind }) => kind === 'any')) return [];
  return rules.flatMap(({ kind, name, ports }) => {
    if (kind === 'setting') return [];
    const host = kind === 'suffix' ? `*.${name}` : name;
    return ports.map((port) => `${host}:${String(port)}`);
  });
}
