import { jsonText } from '../lib/folders.ts';
import { visible } from '../lib/plain-text.ts';
import type { Lists, RevisionSurface, Surface } from './surface.ts';

/** More than any server has use for: what a model can't read is not worth recording. */
export const maxSurfaceBytes = 8 << 20;
/** Levels of its JSON. */
export const maxSurfaceDepth = 128;

/**
 * The one text of a surface: lists sorted, revisions newest first, definitions with their members in the server's order
 * (models read arguments in it). What hides itself is written as `\uXXXX`, so that a reviewer sees it.
 */
export function surfaceText(surface: Surface): string {
  return visible(jsonText(inOrder(surface)));
}

function inOrder({ dependsOn, triedSettings, revisions, surfaceVersion }: Surface): Surface {
  return {
    surfaceVersion,
    dependsOn,
    triedSettings: triedSettings.toSorted(),
    revisions: revisions
      .toSorted((a, b) => (a.protocolVersion < b.protocolVersion ? 1 : -1))
      .map(revisionInOrder),
  };
}

function revisionInOrder({
  protocolVersion,
  serverInfo,
  capabilities,
  instructions,
  forAbleClients,
  varies,
  ...lists
}: RevisionSurface): RevisionSurface {
  return {
    protocolVersion,
    serverInfo,
    capabilities,
    ...(instructions === undefined ? {} : { instructions }),
    ...(forAbleClients === undefined ? {} : { forAbleClients: forAbleClients.toSorted() }),
    varies: varies.toSorted(),
    ...sortedLists(lists),
  };
}

/** Each list by the member that tells its definitions apart, each of those once: the first, as clients take it. */
export function sortedLists({ tools, prompts, resources, resourceTemplates }: Lists): Lists {
  return {
    tools: sorted(tools, ({ name }) => name),
    prompts: sorted(prompts, ({ name }) => name),
    resources: sorted(resources, ({ uri }) => uri),
    resourceTemplates: sorted(resourceTemplates, ({ uriTemplate }) => uriTemplate),
  };
}

function sorted<D>(list: readonly D[], keyOf: (definition: D) => string): readonly D[] {
  const byKey = new Map<string, D>();
  for (const definition of list) if (!byKey.has(keyOf(definition))) byKey.set(keyOf(definition), definition);
  return [...byKey].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, definition]) => definition);
}
