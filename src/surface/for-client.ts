import type { JsonObject } from '../lib/json-value.ts';
import { originOf, withLateLists } from './late-lists.ts';
import type { RevisionSurface } from './surface.ts';

/** What a client may say that it has, and a server may ask it for. */
const abilities = ['roots', 'sampling', 'elicitation'];

/** The same without the tools that are only for clients with more capabilities than this one says it has. */
export function forClient(revision: RevisionSurface, capabilities: JsonObject): RevisionSurface {
  const { forAbleClients = [] } = revision;
  if (forAbleClients.length === 0 || abilities.some((one) => one in capabilities)) return revision;
  const origin = (): string | undefined => {
    const whole = originOf(revision);
    return whole && `${whole} without ${JSON.stringify(forAbleClients)}`;
  };
  return withLateLists(
    revision,
    () => {
      const { tools, prompts, resources, resourceTemplates } = revision;
      const shown = tools.filter(({ name }) => !forAbleClients.includes(name));
      return { tools: shown, prompts, resources, resourceTemplates };
    },
    origin,
  );
}
