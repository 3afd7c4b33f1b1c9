import type { Engine } from '../engine/engine.ts';
import { McpcatError } from '../lib/errors.ts';
import { within } from '../lib/within.ts';
import { nobodyThere, removeByName } from './remove-by-name.ts';
import type { Removal } from './session.ts';

type EnginePart = Pick<Engine, 'removeContainer' | 'waitContainer' | 'inspectContainer'>;

/** How often the engine is asked: a request may not have been heard, and a refusal may be one of the moment. */
const asks = 3;
/** Milliseconds from a refusal to the next request, at most. */
const pauseMs = 500;

/** Removes one container, of which the engine may never have told the id. */
export class Remover {
  readonly #engine: EnginePart;
  readonly #name: string;
  /** Whether the engine may have made it: its answer was not heard, it answered with an error, or it can't have. */
  #creation: 'unheard' | 'refused' | 'impossible' = 'impossible';
  #id: string | undefined;
  #pending: Promise<void> | undefined;

  /** `name` is the container's own. */
  constructor(engine: EnginePart, name: string) {
    this.#engine = engine;
    this.#name = name;
  }

  asked(): void {
    this.#creation = 'unheard';
  }

  created(id: string): void {
    this.#id = id;
  }

  /** One that another takes the place of. */
  async discard(id: string): Promise<void> {
    await this.byForce(id);
    this.#pending = undefined;
    this.#id = undefined;
    this.#creation = 'impossible';
  }

  /** The engine has not made it, or nobody knows. */
  notCreated(error: unknown): void {
    if (this.#creation === 'impossible') return;
    const code = error instanceof McpcatError ? error.code : undefined;
    if (code === 'engine-gone' || code === 'timeout') this.#creation = 'unheard';
    else this.#creation = code === 'engine-failed' ? 'refused' : 'impossible';
  }

  /** One request at a time; one that failed is no answer to the next. */
  async byForce(id: string): Promise<void> {
    this.#pending ??= this.#engine.removeContainer(id).catch((error: unknown) => {
      this.#pending = undefined;
      throw error;
    });
    return this.#pending;
  }

  /** What the engine has not confirmed within `ms` is left. */
  async confirmed(ms: number): Promise<Removal> {
    const id = this.#id;
    if (id === undefined) return this.#byName(ms);
    for (let ask = 0; ask < asks; ask++) {
      const outcome = await within(this.#gone(id), ms / asks);
      if (outcome === 'gone') return { left: undefined };
      if (outcome === 'nobody there') break;
      this.#pending = undefined;
      if (outcome === 'refused' && ask + 1 < asks)
        await new Promise((resolve) => setTimeout(resolve, Math.min(pauseMs, ms / 10)));
    }
    return { left: id };
  }

  /** The engine may be at it already (it removes by itself what has ended): done is only when it says so. */
  async #gone(id: string): Promise<'gone' | 'refused' | 'nobody there'> {
    try {
      await this.byForce(id);
      await this.#engine.waitContainer(id, 'removed');
      return 'gone';
    } catch (error) {
      return nobodyThere(error) ? 'nobody there' : 'refused';
    }
  }

  /** Where the answer to create was lost or is late, the engine may have made it all the same, or be about to. */
  async #byName(ms: number): Promise<Removal> {
    if (this.#creation === 'impossible') return { left: undefined };
    const looks = this.#creation === 'refused' ? 'once' : 'until it is there';
    const removed = await removeByName(this.#engine, { name: this.#name, looks, ms });
    return { left: removed ? undefined : this.#name };
  }
}
