import { once } from '../host/once.ts';
import type { Lists, RevisionSurface, Surface } from './surface.ts';

/** Which lists a revision has, without them; undefined if that is not known, or not any more. */
type Origin = () => string | undefined;

const origins = new WeakMap<RevisionSurface, Origin>();

/** The same text for the very same lists, in every process; undefined for a revision of which nobody can say it. */
export function originOf(revision: RevisionSurface): string | undefined {
  return origins.get(revision)?.();
}

/** `sha256` is of the surface's text, in hex. */
export function knownAs(surface: Surface, sha256: string): Surface {
  surface.revisions.forEach((revision, index) => {
    const origin = `${sha256} ${String(index)}`;
    origins.set(revision, () => origin);
  });
  return surface;
}

/** The same revision with other lists, made when the first of them is asked for: a client's first answer needs none. */
export function withLateLists(
  revision: RevisionSurface,
  make: () => Lists,
  origin?: Origin,
): RevisionSurface {
  const lists = once(make);
  const { protocolVersion, serverInfo, capabilities, instructions, forAbleClients, varies } = revision;
  const late: RevisionSurface = {
    protocolVersion,
    serverInfo,
    capabilities,
    ...(instructions === undefined ? {} : { instructions }),
    ...(forAbleClients === undefined ? {} : { forAbleClients }),
    varies,
    get tools() {
      return lists().tools;
    },
    get prompts() {
      return lists().prompts;
    },
    get resources() {
      return lists().resources;
    },
    get resourceTemplates() {
      return lists().resourceTemplates;
    },
  };
  if (origin !== undefined) origins.set(late, origin);
  return late;
}

export const noLists: Lists = { tools: [], prompts: [], resources: [], resourceTemplates: [] };
