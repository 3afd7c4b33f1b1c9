import type { ContainerEnd, Engine } from '../engine/engine.ts';
import { McpcatError, messageOf } from '../lib/errors.ts';

/** Why a session ends; the first reason is kept. */
export type Reason =
  | { readonly kind: 'server-exited' }
  | { readonly kind: 'input-ended' }
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

export const defaultBudgets: Budgets = { afterInputEnd: 4000, afterSignal: 1500, confirmation: 5000 };

/**
 * Brings one container to its end, whatever happens:
 *
 * ```
 *   starting ──start──▶ running ──input ended──▶ draining ──deadline──▶ killing ──▶ gone
 *       │                  │                        │                     ▲
 *       │                  └──signal, parent gone,──┴──▶ terminating ─────┘
 *       │                     lease lost, output broken      │
 *       └──signal: removed as soon as it exists              └──second signal: at once
 * ```
 *
 *
 * Every state but running has a deadline, and `gone` always includes the removal.
 */
export class Supervisor {
  readonly #engine: Engine;
  readonly #budgets: Budgets;
  readonly #over = Promise.withResolvers<ContainerEnd>();
  #id: string | undefined;
  #started = false;
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
      if (first) this.#killAfter(this.#budgets.afterInputEnd);
    } else if (reason.kind === 'signal' && !first && this.#reason.kind === 'signal') {
      this.#kill();
    } else {
      void this.#engine.killContainer(this.#id, 'SIGTERM').catch(() => this.#kill());
      this.#killAfter(this.#budgets.afterSignal);
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

  #killAfter(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#kill(), milliseconds);
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
