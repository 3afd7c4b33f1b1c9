import { once } from '../host/once.ts';
import type { Lists, RevisionSurface } from './surface.ts';

/** The same revision with other lists, made when the first of them is asked for: a client's first answer needs none. */
export function withLateLists(revision: RevisionSurface, make: () => Lists): RevisionSurface {
  const lists = once(make);
  const { protocolVersion, serverInfo, capabilities, instructions, forAbleClients, varies } = revision;
  return {
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
}

export const noLists: Lists = { tools: [], prompts: [], resources: [], resourceTemplates: [] };
