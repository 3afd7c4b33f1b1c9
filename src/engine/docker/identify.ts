import type { Head } from './answer.ts';
import { docker, type Dialect } from './dialect.ts';
import type { Wire } from './wire.ts';

/** Resolves to a file with our seccomp profile, for an engine that reads such a file itself. */
export type ProfileFile = () => Promise<string>;

export type Identify = () => Promise<Dialect>;

/** What all answers of an engine say of it: the version of Podman's own API, which no other engine has. */
export interface KnownEngine {
  readonly podmanApi: string | undefined;
}

/** Which engine an address led to last time. Nothing is relied on before the engine has confirmed it. */
export interface EngineMemory {
  recall(): KnownEngine | undefined;
  /** Never throws: what can't be kept is asked anew. */
  keep(known: KnownEngine): void;
}

export interface Identity {
  /** Which engine it is: asked once, or known by an answer. A failed question is asked anew by the next call. */
  readonly identify: Identify;
  /** The same without a question where it was known last time: only for a request whose answer is given to `confirms`. */
  readonly expected: Identify;
  /** Whether an answer comes from the engine that was expected. If not, what was known is forgotten, and `identify` asks. */
  readonly confirms: (head: Head, expected: Dialect) => boolean;
}

export function identityOf(
  wire: Wire,
  { profileFile, memory }: { readonly profileFile: ProfileFile; readonly memory?: EngineMemory | undefined },
): Identity {
  let known: Promise<Dialect> | undefined;
  const ask = async (): Promise<Dialect> => {
    const { fields } = await wire.head({ method: 'GET', path: '/_ping' });
    const found = engineIn(fields);
    memory?.keep(found);
    return dialectOf(found, profileFile);
  };
  const identify = (): Promise<Dialect> => {
    const asking = (known ??= ask());
    asking.catch(() => (known = undefined));
    return asking;
  };
  return {
    identify,
    expected: () => {
      const last = known === undefined ? memory?.recall() : undefined;
      return last === undefined ? identify() : dialectOf(last, profileFile);
    },
    confirms: ({ fields }, expected) => {
      const isSame = engineIn(fields).podmanApi === expected.podmanApi;
      known = isSame ? Promise.resolve(expected) : undefined;
      return isSame;
    },
  };
}

/** Podman says so in a field of its own of every answer (Podman, pkg/api/server/handler_api.go). */
function engineIn(fields: Head['fields']): KnownEngine {
  return { podmanApi: fields.get('libpod-api-version') };
}

async function dialectOf({ podmanApi }: KnownEngine, profileFile: ProfileFile): Promise<Dialect> {
  if (podmanApi === undefined) return docker;
  const { podman } = await import('./podman.ts');
  return podman({ profile: await profileFile(), version: podmanApi });
}
