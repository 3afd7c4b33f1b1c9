import { jsonText } from '../lib/folders.ts';
import { visible } from '../lib/plain-text.ts';
import { keyOf, type Lists, type RevisionSurface, type Surface } from './surface.ts';

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
  varies,
  ...lists
}: RevisionSurface): RevisionSurface {
  return {
    protocolVersion,
    serverInfo,
    capabilities,
    ...(instructions === undefined ? {} : { instructions }),
    varies: varies.toSorted(),
    ...sortedLists(lists),
  };
}

/** Each list by the member that tells its definitions apart. */
export function sortedLists({ tools, prompts, resources, resourceTemplates }: Lists): Lists {
  return {
    tools: tools.toSorted((a, b) => order(a[keyOf.tools], b[keyOf.tools])),
    prompts: prompts.toSorted((a, b) => order(a[keyOf.prompts], b[keyOf.prompts])),
    resources: resources.toSorted((a, b) => order(a[keyOf.resources], b[keyOf.resources])),
    resourceTemplates: resourceTemplates.toSorted((a, b) =>
      order(a[keyOf.resourceTemplates], b[keyOf.resourceTemplates]),
    ),
  };
}

function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
