import type { JsonObject } from '../lib/json-value.ts';
import { originOf, withLateLists } from './late-lists.ts';
import type { RevisionSurface } from './surface.ts';

/** What a client may say that it has, and a server may ask it for. */
const abilities = ['roots', 'sampling', 'elicitation'];

/** Made once for each: sessions that are shown the same share what is made of it. */
const forOthers = new WeakMap<RevisionSurface, RevisionSurface>();

/** The same without the tools that are only for clients with more capabilities than this one says it has. */
export function forClient(revision: RevisionSurface, capabilities: JsonObject): RevisionSurface {
  const { forAbleClients = [] } = revision;
  if (forAbleClients.length === 0 || abilities.some((one) => one in capabilities)) return revision;
  const known = forOthers.get(revision);
  if (known !== undefined) return known;
  const made = withoutTools(revision, forAbleClients);
  forOthers.set(revision, made);
  return made;
}

function withoutTools(revision: RevisionSurface, names: readonly string[]): RevisionSurface {
  const origin = (): string | undefined => {
    const whole = originOf(revision);
    return whole && `${whole} without ${JSON.stringify(names)}`;
  };
  return withLateLists(
    revision,
    () => {
      const { tools, prompts, resources, resourceTemplates } = revision;
      const shown = tools.filter(({ name }) => !names.includes(name));
      return { tools: shown, prompts, resources, resourceTemplates };
    },
    origin,
  );
}
