import type { ContainerEnd, Engine } from '../engine/engine.ts';
import { McpcatError, messageOf } from '../lib/errors.ts';

/** Why a session ends; the first reason is kept. */
export type Reason =
  | { readonly kind: 'server-exited' }
  | { readonly kind: 'input-ended' }
  | { readonly kind: 'input-stuck' }
  | { readonly kind: 'output-broken' }
  | { readonly kind: 'parent-gone' }
  | { readonly kind: 'lease-lost'; readonly message: string }
  | { readonly kind: 'signal'; readonly signal: string }
  | { readonly kind: 'engine-gone'; readonly message: string };

/** Milliseconds. mcpcat-init escalates by itself within its graces; these are for when even that does not happen. */
export interface Budgets {
  readonly afterInputEnd: number;
  readonly afterSignal: number;
  /** For an engine that does not answer, each: to confirm the end, and to confirm the removal. */
  readonly confirmation: number;
}

export const defaultBudgets: Budgets = { afterInputEnd: 1850, afterSignal: 1500, confirmation: 5000 };

/** From SIGTERM to the removal by force where the end of the input did not help; mcpcat-init is done by then. */
const afterInputTerm = 900;

/**
 * Brings one container to its end, whatever happens:
 *
 * ```
 *   starting ──start──▶ running ──input ended──▶ draining
 *       │                  │                        │ deadline
 *       │                  │                        ▼
 *       │                  └──signal, parent ──▶ terminating ──deadline, second signal──▶ killing ──▶ gone
 *       │                     gone, lease lost,
 *       │                     output broken
 *       └──signal: removed as soon as it exists
 * ```
 *
 * Every state but running has a deadline, and `gone` always includes the removal.
 */
export class Supervisor {
  readonly #engine: Engine;
  readonly #budgets: Budgets;
  readonly #over = Promise.withResolvers<ContainerEnd>();
  #id: string | undefined;
  #started = false;
  #running = false;
  #reason: Reason | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(engine: Engine, budgets: Budgets) {
    this.#engine = engine;
    this.#budgets = budgets;
  }

  get id(): string | undefined {
    return this.#id;
  }

  get reason(): Reason | undefined {
    return this.#reason;
  }

  /** The container exists; `end` is the engine's word that it has stopped. */
  created(id: string, end: Promise<ContainerEnd>): void {
    this.#id = id;
    end.then(
      (result) => this.#over.resolve(result),
      (error: unknown) => {
        this.#reason ??= { kind: 'engine-gone', message: messageOf(error) };
        this.#over.resolve({ exitCode: 3 });
      },
    );
  }

  /** False if the end was asked for before: then the container must not be started at all. */
  mayStart(): boolean {
    this.#started = this.#reason === undefined;
    return this.#started;
  }

  /** The server runs: from now on it can be waited for. An engine that took its time over it has not cost it any. */
  running(): void {
    this.#running = true;
    if (this.#reason?.kind === 'input-ended') this.#terminateAfter(this.#budgets.afterInputEnd);
  }

  /** Something asks for the end. A second request does not wait any longer. */
  request(reason: Reason): void {
    const first = this.#reason === undefined;
    this.#reason ??= reason;
    if (this.#id === undefined || !this.#started) {
      // An engine that takes its time over create or attach must not keep us.
      this.#timer ??= setTimeout(() => this.#over.resolve({ exitCode: 143 }), this.#budgets.confirmation);
      return;
    }
    if (reason.kind === 'input-ended') {
      if (first && this.#running) this.#terminateAfter(this.#budgets.afterInputEnd);
    } else if (reason.kind === 'signal' && !first && this.#reason.kind === 'signal') {
      this.#kill();
    } else {
      this.#terminate(this.#budgets.afterSignal);
    }
  }

  /** The engine's answer, unless the end comes first. */
  async unlessOver<T>(answer: Promise<T>): Promise<T> {
    const over = this.#over.promise.then((): never => {
      throw new McpcatError('timeout', 'the engine had not answered when the end was asked for');
    });
    return Promise.race([answer, over]);
  }

  /** Resolves when the server has ended, by itself or not. */
  async ended(): Promise<ContainerEnd> {
    const end = await this.#over.promise;
    clearTimeout(this.#timer);
    this.#reason ??= { kind: 'server-exited' };
    return end;
  }

  /** Removes the container. False if the engine did not confirm it in time: then the next sweep sees to it. */
  async remove(): Promise<boolean> {
    clearTimeout(this.#timer);
    if (this.#id === undefined) return true;
    const deadline = Promise.withResolvers<false>();
    const timer = setTimeout(() => deadline.resolve(false), this.#budgets.confirmation);
    const removed = await Promise.race([this.#gone(this.#id), deadline.promise]);
    clearTimeout(timer);
    return removed;
  }

  /** The engine may be at it already (it removes by itself what has ended): done is only when it says so. */
  async #gone(id: string): Promise<boolean> {
    try {
      await this.#engine.removeContainer(id);
      await this.#engine.waitContainer(id, 'removed');
      return true;
    } catch {
      return false;
    }
  }

  /** The end of the input reaches no server whose pipe is full; process 1 takes a signal all the same. */
  #terminateAfter(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#terminate(afterInputTerm), milliseconds);
  }

  #terminate(patience: number): void {
    const id = this.#id;
    if (id === undefined) return;
    void this.#engine.killContainer(id, 'SIGTERM').catch(() => this.#kill());
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#kill(), patience);
  }

  #kill(): void {
    const id = this.#id;
    if (id === undefined) return;
    clearTimeout(this.#timer);
    const over = (): void => this.#over.resolve({ exitCode: 137 });
    this.#timer = setTimeout(over, this.#budgets.confirmation);
    void this.#engine.removeContainer(id).then(over, over);
  }
}
