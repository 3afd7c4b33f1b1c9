import type { Engine } from '../engine/engine.ts';
import { McpcatError } from '../lib/errors.ts';
import { within } from '../lib/within.ts';

/** Milliseconds between two looks for a container that the engine may be about to make. */
const lookMs = 100;
/** A look that failed is no answer; an engine that fails so often has none. */
const maxFailures = 3;

/** Then there is nobody to ask again. */
export function nobodyThere(error: unknown): boolean {
  return error instanceof McpcatError && (error.code === 'engine-missing' || error.code === 'engine-denied');
}

interface Wanted {
  readonly name: string;
  /** An engine that has refused to make it has none, nearly always; one that was not heard may be at it. */
  readonly looks: 'once' | 'until it is there';
  /** Milliseconds. */
  readonly ms: number;
}

/**
 * Removes a container of which only the name is known. False if the engine has not confirmed that there is none: it did
 * not answer, or can't be reached.
 */
export async function removeByName(
  engine: Pick<Engine, 'inspectContainer' | 'removeContainer'>,
  { name, looks, ms }: Wanted,
): Promise<boolean> {
  const late = new AbortController();
  const search = async (): Promise<boolean> => {
    for (let failures = 0; !late.signal.aborted;) {
      try {
        if ((await engine.inspectContainer(name)) !== undefined) {
          await engine.removeContainer(name);
          return true;
        }
        if (looks === 'once') return true;
      } catch (error) {
        if (nobodyThere(error) || ++failures === maxFailures) return false;
      }
      await new Promise((resolve) => setTimeout(resolve, lookMs));
    }
    return true;
  };
  const found = await within(search(), ms);
  late.abort();
  return found ?? false;
}
