import { isJsonObject, type JsonObject, type JsonValue } from '../lib/json-value.ts';
import type { FailedList, Offer, OfferedList } from '../mcp/offer.ts';
import { withoutMoments } from '../mcp/schema-hash.ts';
import { isSame } from '../surface/same-json.ts';
import { maxSurfaceBytes, sortedLists, surfaceText } from '../surface/surface-text.ts';
import {
  definitionKey,
  listNames,
  surfaceVersion,
  type Part,
  type RevisionSurface,
  type Surface,
} from '../surface/surface.ts';

/** What the starts of one test have shown of what the server offers. */
export interface Starts {
  /** With the settings that nobody can leave out. */
  readonly first: Offer;
  /** Once more with the same settings; undefined where that start failed. */
  readonly again: Offer | undefined;
  /** With these optional settings as well; undefined where it has none, or did not start with them. */
  readonly filled: { readonly settings: readonly string[]; readonly offer: Offer } | undefined;
  /** With the same settings, to a client that has roots, sampling and elicitation. */
  readonly able: Offer | undefined;
  readonly modern: Offer | undefined;
}

export interface Recorded {
  /** Undefined if it is too large to be recorded. */
  readonly surface: Surface | undefined;
  /** What differed from start to start, in words. */
  readonly varies: readonly string[];
  readonly failed: readonly (FailedList & { readonly protocolVersion: string })[];
}

/**
 * The surface, in which only what the starts with the same settings agree on stands: so the same inputs give the same
 * bytes. Pure.
 */
export function recordSurface({ first, again, filled, able, modern }: Starts): Recorded {
  const offers = [modern, first, again, able].flatMap((offer) => offer ?? []);
  const failed = failedIn(offers);
  if (offers.some(({ isTooLarge }) => isTooLarge)) return { surface: undefined, varies: [], failed };
  const steady = agreed(revisionOf(first), again === undefined ? undefined : revisionOf(again));
  const isWhole = modern?.failed.every(({ list }) => list !== 'tools') === true;
  const newer = modern !== undefined && isWhole ? [without(revisionOf(modern), steady.dropped)] : [];
  const other = filled === undefined ? undefined : without(revisionOf(filled.offer), steady.dropped);
  const surface: Surface = {
    surfaceVersion,
    dependsOn: other === undefined || isSameOffer(steady.revision, other) ? 'nothing' : 'settings',
    triedSettings: (filled?.settings ?? []).toSorted(),
    revisions: [...newer, able === undefined ? steady.revision : withAble(steady, revisionOf(able))],
  };
  const isSmall = Buffer.byteLength(surfaceText(surface)) <= maxSurfaceBytes;
  return { surface: isSmall ? surface : undefined, varies: steady.dropped.map(dropText), failed };
}

/** With the tools that only a client which can be asked back is offered. */
function withAble({ revision, dropped }: Steady, able: RevisionSurface): RevisionSurface {
  const known = new Set(revision.tools.map(({ name }) => name));
  const more = without(able, dropped).tools.filter(({ name }) => !known.has(name));
  if (more.length === 0) return revision;
  const { tools } = sortedLists({ ...revision, tools: [...revision.tools, ...more] });
  return { ...revision, tools, forAbleClients: more.map(({ name }) => name) };
}

/** Whether two starts offer the same; where they are the same, one stands for the other. */
export function offersTheSame(a: Offer, b: Offer): boolean {
  return isSameOffer(revisionOf(a), revisionOf(b));
}

function isSameOffer(a: RevisionSurface, b: RevisionSurface): boolean {
  return isSame({ ...a }, { ...b });
}

function failedIn(offers: readonly Offer[]): Recorded['failed'] {
  const all = offers.flatMap(({ failed, protocolVersion }) =>
    failed.map((one) => ({ ...one, protocolVersion })),
  );
  const isFirst = ({ list, protocolVersion }: (typeof all)[number], index: number): boolean =>
    all.findIndex((one) => one.list === list && one.protocolVersion === protocolVersion) === index;
  return all.filter(isFirst);
}

/** What is left out: instructions, or a definition of a list. */
interface Drop {
  readonly part: Part;
  readonly key: string;
}

function dropText({ part, key }: Drop): string {
  return key === '' ? part : `${part}: ${key}`;
}

function revisionOf(offer: Offer): RevisionSurface {
  const { protocolVersion, serverInfo, capabilities, instructions } = offer;
  return {
    protocolVersion,
    serverInfo,
    capabilities,
    ...(instructions === undefined ? {} : { instructions }),
    varies: [],
    ...sortedLists({
      tools: definitions(offer, 'tools', hasName),
      prompts: definitions(offer, 'prompts', hasName),
      resources: definitions(offer, 'resources', hasUri),
      resourceTemplates: definitions(offer, 'resourceTemplates', hasTemplate),
    }),
  };
}

type Named = JsonObject & { readonly name: string };
type Addressed = JsonObject & { readonly uri: string };
type Templated = JsonObject & { readonly uriTemplate: string };
const hasName = (one: JsonValue): one is Named => isJsonObject(one) && typeof one['name'] === 'string';
const hasUri = (one: JsonValue): one is Addressed => isJsonObject(one) && typeof one['uri'] === 'string';
const hasTemplate = (one: JsonValue): one is Templated =>
  isJsonObject(one) && typeof one['uriTemplate'] === 'string';

function definitions<D extends JsonObject>(
  offer: Offer,
  list: OfferedList,
  isDefinition: (one: JsonValue) => one is D,
): readonly D[] {
  return offer[list].map(withoutMoments).filter(isDefinition);
}

interface Steady {
  readonly revision: RevisionSurface;
  readonly dropped: readonly Drop[];
}

/** What both starts say, and what is dropped because they do not say the same of it. */
function agreed(first: RevisionSurface, again: RevisionSurface | undefined): Steady {
  if (again === undefined) return { revision: first, dropped: [] };
  const lists = listNames.map((list) => differing(list, [first[list], again[list]]));
  const dropped: readonly Drop[] = [
    ...(first.instructions === again.instructions ? [] : [{ part: 'instructions', key: '' } as const]),
    ...lists.flat(),
  ];
  const both = {
    ...first,
    serverInfo: common(first.serverInfo, again.serverInfo),
    capabilities: common(first.capabilities, again.capabilities),
  };
  return { revision: without(both, dropped), dropped };
}

function differing(
  list: OfferedList,
  [first, again]: readonly [readonly JsonObject[], readonly JsonObject[]],
): readonly Drop[] {
  const key = (one: JsonObject): string => definitionKey(list, one);
  const [before, after] = [first, again].map((of) => new Map(of.map((one) => [key(one), one])));
  const keys = [...new Set([...first, ...again].map(key))];
  return keys
    .filter((one) => !isSame(before?.get(one) ?? null, after?.get(one) ?? null))
    .map((one) => ({ part: list, key: one }));
}

function without(revision: RevisionSurface, dropped: readonly Drop[]): RevisionSurface {
  const { instructions, ...rest } = revision;
  const isLeft =
    (list: OfferedList) =>
    (one: JsonObject): boolean =>
      !dropped.some(({ part, key }) => part === list && key === definitionKey(list, one));
  const says = instructions !== undefined && !dropped.some(({ part }) => part === 'instructions');
  return {
    ...rest,
    ...(says ? { instructions } : {}),
    varies: [...new Set(dropped.map(({ part }) => part))].toSorted(),
    tools: revision.tools.filter(isLeft('tools')),
    prompts: revision.prompts.filter(isLeft('prompts')),
    resources: revision.resources.filter(isLeft('resources')),
    resourceTemplates: revision.resourceTemplates.filter(isLeft('resourceTemplates')),
  };
}

function common(a: JsonObject, b: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(a).filter(([key, value]) => isSame(value, b[key] ?? null)));
}
