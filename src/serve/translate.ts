/** Between the protocol revisions of client and server; docs/serve.md has the table. Pure. */
import { isJsonObject, objectOf, type JsonObject } from '../lib/json-value.ts';
import { idOf, type Id, type Part } from './message.ts';
import { memberOf, withMembers } from './part-members.ts';
import { metaKey, modernMeta, type ClientFacts } from './protocol.ts';

export interface Sides {
  readonly client: 'legacy' | 'modern';
  readonly server: 'legacy' | 'modern';
}

export interface RequestChange {
  readonly sides: Sides;
  readonly facts: ClientFacts;
  readonly serverRevision: string;
  /** What the server's notifications of progress shall name instead of the client's own token. */
  readonly progressToken: number | undefined;
  readonly logLevel: string | undefined;
  /** Members of the parameters that are put in place of the client's. */
  readonly replaced: JsonObject;
}

/** The parameters of a client's request as the server is given them; the very same where nothing is to be changed. */
export function requestParams(params: Part | undefined, change: RequestChange): Part | undefined {
  const given = memberOf(params, '_meta');
  const meta = metaFor(isJsonObject(given) ? given : undefined, change);
  const members = { ...change.replaced, ...(meta === undefined ? {} : { _meta: meta }) };
  return Object.keys(members).length === 0 ? params : withMembers(params, members);
}

const modernKeys: readonly string[] = [
  metaKey.version,
  metaKey.clientInfo,
  metaKey.clientCapabilities,
  metaKey.logLevel,
];

function metaFor(meta: JsonObject | undefined, change: RequestChange): JsonObject | undefined {
  const { sides, facts, serverRevision, progressToken, logLevel } = change;
  const isChanged = sides.client !== sides.server || progressToken !== undefined;
  if (!isChanged || (meta === undefined && sides.server === 'legacy')) return undefined;
  const kept = Object.entries(meta ?? {}).filter(
    ([name]) => sides.client === 'legacy' || sides.server === 'modern' || !modernKeys.includes(name),
  );
  return {
    ...Object.fromEntries(kept),
    ...(progressToken === undefined ? {} : { progressToken }),
    ...(sides.client === 'legacy' && sides.server === 'modern'
      ? {
          ...modernMeta(serverRevision, facts),
          ...(logLevel === undefined ? {} : { [metaKey.logLevel]: logLevel }),
        }
      : {}),
  };
}

/** What the stateless revision permits to be kept; with `ttlMs` 0 nobody keeps anything. */
const cacheable: ReadonlySet<string> = new Set([
  'server/discover',
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
]);

/** A result of the older kind as one of the stateless revision. */
export function modernResult(method: string, result: Part): Part {
  return withMembers(result, {
    resultType: 'complete',
    ...(cacheable.has(method) ? { ttlMs: 0, cacheScope: 'private' } : {}),
  });
}

/** The client's own token, where it wants to hear of progress. */
export function progressTokenOf(params: Part | undefined): Id | undefined {
  return idOf(objectOf(memberOf(params, '_meta'))['progressToken']);
}
