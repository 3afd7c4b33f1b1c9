import { once } from '../host/once.ts';
import type { Lists, RevisionSurface } from '../surface/surface.ts';
import type { JsonObject } from '../lib/json-value.ts';
import { isModern } from './protocol.ts';
import { originsOf, type KeptLists, type NameRow, type OfferedLists } from './kept-lists.ts';
import { Part } from './message.ts';
import { nameMap, type NameMap, type Origin } from './names.ts';
import type { Policy } from './policy.ts';
import type { ShownServer } from './shown-server.ts';
import { uriMap, type UriMap } from './uris.ts';

/** What a client is shown of all its servers, and the way back to each. */
export interface View {
  /** `{tools: […]}` and so on: results as they are, but for what the stateless revision adds. All on one page. */
  readonly lists: Readonly<Record<keyof Lists, Part>>;
  readonly tool: (shown: string) => Origin | undefined;
  readonly prompt: (shown: string) => Origin | undefined;
  readonly uris: UriMap;
  readonly capabilities: JsonObject;
  readonly instructions: string | undefined;
}

/** Which list a request asks for, by its method. */
export const listOf: Readonly<Record<string, keyof Lists>> = {
  'tools/list': 'tools',
  'prompts/list': 'prompts',
  'resources/list': 'resources',
  'resources/templates/list': 'resourceTemplates',
};

/** Built anew whenever what one of them offers changes; the same servers give the same view. */
export function viewOf(servers: readonly ShownServer[], policy: ShowPolicy, kept?: KeptLists): View {
  const offered = once(() => offeredBy(servers, policy));
  const made = (): Offered => {
    const lists = offered();
    kept?.keep(servers, policy, lists);
    return lists;
  };
  const shown = once((): OfferedLists => kept?.find(servers, policy) ?? made());
  const tools = once(() => originsOf(shown().names().tools));
  const prompts = once(() => originsOf(shown().names().prompts));
  return {
    get lists() {
      return shown().lists;
    },
    tool: (name) => tools()(name),
    prompt: (name) => prompts()(name),
    get uris() {
      return offered().uris;
    },
    capabilities: capabilitiesOf(servers),
    instructions: instructionsOf(servers),
  };
}

type ShowPolicy = Pick<Policy, 'shows' | 'rules'>;
type Offered = OfferedLists & Pick<View, 'uris'>;

/** Made when it is first asked for: who greets a client needs none of it. */
function offeredBy(servers: readonly ShownServer[], policy: ShowPolicy): Offered {
  const shown = servers.map(({ server, surface }) => ({
    server,
    surface: { ...surface, tools: unique(surface.tools).filter((tool) => policy.shows(server, tool)) },
  }));
  const tools = nameMap(shown.map(({ server, surface }) => ({ server, names: surface.tools.map(nameOf) })));
  const prompts = nameMap(
    shown.map(({ server, surface }) => ({ server, names: surface.prompts.map(nameOf) })),
  );
  const uris = uriMap(shown.map(urisOf));
  return {
    lists: {
      tools: listed(shown, 'tools', (server, tool) => ({
        ...tool,
        name: tools.shown({ server, name: tool.name }) ?? tool.name,
      })),
      prompts: listed(shown, 'prompts', (server, prompt) => ({
        ...prompt,
        name: prompts.shown({ server, name: prompt.name }) ?? prompt.name,
      })),
      resources: listed(shown, 'resources', (server, resource) => ({
        ...resource,
        uri: uris.shown({ server, uri: resource.uri }),
      })),
      resourceTemplates: listed(shown, 'resourceTemplates', (server, template) => ({
        ...template,
        uriTemplate: uris.shown({ server, uri: template.uriTemplate }),
      })),
    },
    names: () => ({ tools: rowsOf(shown, 'tools', tools), prompts: rowsOf(shown, 'prompts', prompts) }),
    uris,
  };
}

function rowsOf(
  servers: readonly ShownServer[],
  kind: 'tools' | 'prompts',
  map: NameMap,
): readonly NameRow[] {
  return servers.flatMap(({ server, surface }) =>
    surface[kind].map(({ name }) => [map.shown({ server, name }) ?? name, server, name] as const),
  );
}

/** Of two of one name the first: a client could call no other. */
function unique<T extends { readonly name: string }>(definitions: readonly T[]): readonly T[] {
  const seen = new Set<string>();
  return definitions.filter(({ name }) => !seen.has(name) && seen.add(name));
}

function nameOf({ name }: { readonly name: string }): string {
  return name;
}

function urisOf({ server, surface }: ShownServer): Parameters<typeof uriMap>[0][number] {
  return {
    server,
    uris: surface.resources.map(({ uri }) => uri),
    templates: surface.resourceTemplates.map(({ uriTemplate }) => uriTemplate),
  };
}

function listed<Kind extends keyof Lists>(
  servers: readonly ShownServer[],
  kind: Kind,
  shown: (server: string, definition: Lists[Kind][number]) => JsonObject,
): Part {
  const definitions = servers.flatMap(({ server, surface }) => {
    const list: readonly Lists[Kind][number][] = surface[kind];
    return list.map((definition) => shown(server, definition));
  });
  return Part.ofValue({ [kind]: definitions });
}

const change = { listChanged: true };

/** What all can together; what is only one server's own is passed on where there is no other. */
function capabilitiesOf(servers: readonly ShownServer[]): JsonObject {
  const all = servers.map(({ surface }) => surface.capabilities);
  const [only] = all;
  const has = (name: string): boolean => all.some((capabilities) => name in capabilities);
  return {
    ...(all.length === 1 ? only : {}),
    ...(has('tools') ? { tools: change } : {}),
    ...(has('prompts') ? { prompts: change } : {}),
    ...(has('resources') ? { resources: { ...subscribing(all), ...change } } : {}),
    ...(has('logging') ? { logging: {} } : {}),
    ...(has('completions') ? { completions: {} } : {}),
  };
}

function subscribing(all: readonly JsonObject[]): JsonObject {
  const can = all.some(({ resources }) => Reflect.get(Object(resources), 'subscribe') === true);
  return can ? { subscribe: true } : {};
}

/** What each says of itself, under its name where there are several. */
function instructionsOf(servers: readonly ShownServer[]): string | undefined {
  const said = servers.flatMap(({ server, surface: { instructions } }) =>
    instructions === undefined || instructions.trim() === '' ? [] : [{ server, instructions }],
  );
  if (said.length === 0) return undefined;
  if (servers.length === 1) return said[0]?.instructions;
  return said.map(({ server, instructions }) => `# ${server}\n\n${instructions.trim()}`).join('\n\n');
}

/** The newest revision that a client of this kind can be given as it is; else what can be translated for it. */
export function surfaceFor(
  revisions: readonly RevisionSurface[],
  wanted: 'modern' | 'legacy',
): RevisionSurface | undefined {
  const newest = revisions.toSorted((a, b) => (a.protocolVersion < b.protocolVersion ? 1 : -1));
  const modern = (one: RevisionSurface): boolean => isModern(one.protocolVersion);
  return newest.find((one) => modern(one) === (wanted === 'modern')) ?? newest[0];
}
