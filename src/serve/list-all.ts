import { isJsonObject, type JsonObject } from '../lib/json-value.ts';
import type {
  Lists,
  ResourceDefinition,
  ResourceTemplateDefinition,
  RevisionSurface,
  ToolDefinition,
} from '../surface/surface.ts';
import { Part } from './message.ts';
import type { Peer } from './peer.ts';
import { accepted, isModern, modernMeta, type ClientFacts, type Opened } from './protocol.ts';

const methods = {
  tools: 'tools/list',
  prompts: 'prompts/list',
  resources: 'resources/list',
  resourceTemplates: 'resources/templates/list',
} as const satisfies Record<keyof Lists, string>;

/** A list that has not ended by then, or begins again, does not end. */
const maxPages = 1000;

/** With whom a server was opened, and as what. */
export interface Speaker {
  readonly peer: Peer;
  readonly opened: Opened;
  readonly client: ClientFacts;
}

/** All pages of one list; empty where the server does not announce any. Throws `server-failed`. */
async function listAll({ peer, opened, client }: Speaker, kind: keyof Lists): Promise<readonly JsonObject[]> {
  if (!announced(opened.capabilities, kind)) return [];
  const found: JsonObject[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const params = {
      ...(cursor === undefined ? {} : { cursor }),
      ...(isModern(opened.protocolVersion) ? { _meta: modernMeta(opened.protocolVersion, client) } : {}),
    };
    const answer = accepted(await peer.answerTo(methods[kind], Part.ofValue(params)), methods[kind]);
    const list = answer[kind];
    if (Array.isArray(list)) found.push(...list.filter(isJsonObject));
    const next = answer['nextCursor'];
    if (typeof next !== 'string' || next === cursor) break;
    cursor = next;
  }
  return found;
}

/** What has no key can be neither shown nor asked for. */
const isNamed = (one: JsonObject): one is ToolDefinition => typeof one['name'] === 'string';
const isResource = (one: JsonObject): one is ResourceDefinition => typeof one['uri'] === 'string';
const isTemplate = (one: JsonObject): one is ResourceTemplateDefinition =>
  typeof one['uriTemplate'] === 'string';

export async function listTools(speaker: Speaker): Promise<Lists['tools']> {
  return (await listAll(speaker, 'tools')).filter(isNamed);
}

/** All but the tools. A list that is announced and then refused is empty. */
export async function listOthers(speaker: Speaker): Promise<Omit<Lists, 'tools'>> {
  const orNone = async (kind: keyof Lists): Promise<readonly JsonObject[]> =>
    listAll(speaker, kind).catch(() => []);
  const prompts = (await orNone('prompts')).filter(isNamed);
  const resources = (await orNone('resources')).filter(isResource);
  const resourceTemplates = (await orNone('resourceTemplates')).filter(isTemplate);
  return { prompts, resources, resourceTemplates };
}

function announced(capabilities: JsonObject, kind: keyof Lists): boolean {
  return (kind === 'resourceTemplates' ? 'resources' : kind) in capabilities;
}

/** Everything that a running server offers. */
export async function listEverything(speaker: Speaker): Promise<RevisionSurface> {
  const { opened } = speaker;
  return {
    protocolVersion: opened.protocolVersion,
    serverInfo: opened.serverInfo,
    capabilities: opened.capabilities,
    ...(opened.instructions === undefined ? {} : { instructions: opened.instructions }),
    varies: [],
    tools: await listTools(speaker),
    ...(await listOthers(speaker)),
  };
}
