import type { ContainerEnd, Engine } from '../engine/engine.ts';
import { McpcatError, messageOf } from '../lib/errors.ts';
import { within } from '../lib/within.ts';
import { Remover } from './remover.ts';
import type { Removal, ServerEnd, Urgency } from './session.ts';
import type { Timeouts } from './timeouts.ts';

/** From SIGTERM to the removal by force where the end of the input did not help; mcpcat-init is done by then. */
const afterInputTermMs = 900;
/** How long an end that was told before the answer to the start waits for that answer, which may say why. */
const startAnswerMs = 1000;

type Phase = 'creating' | 'created' | 'starting' | 'running' | 'over';
type Reason =
  { readonly kind: 'stopped' } | { readonly kind: 'lease-lost' | 'engine-gone'; readonly message: string };
type EnginePart = Pick<Engine, 'killContainer' | 'removeContainer' | 'waitContainer' | 'inspectContainer'>;
/** What has been asked for so far; it only grows. */
const urgencies = ['none', 'input-ended', 'terminate', 'kill'] as const;

/**
 * Brings one container to its end, whatever happens:
 *
 * ```
 *   creating, created ──stop──▶ not started at all
 *   starting ──input ended──▶ waits for running ──deadline──▶ failed
 *   running  ──input ended──▶ draining
 *       │                        │ deadline
 *       │                        ▼
 *       └──terminate, ────▶ terminating ──deadline, kill──▶ killing ──▶ over
 *          lease lost
 * ```
 *
 * Every state but running has a deadline, and `remove` comes after all of them.
 */
export class Supervisor {
  readonly #engine: EnginePart;
  readonly #timeouts: Timeouts;
  readonly #remover: Remover;
  readonly #answered = Promise.withResolvers<void>();
  readonly #over = Promise.withResolvers<ServerEnd>();
  #phase: Phase = 'creating';
  #urgency: (typeof urgencies)[number] = 'none';
  #id: string | undefined;
  #reason: Reason | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** `name` is the container's own: by it the engine knows one whose id never came. */
  constructor(
    engine: EnginePart,
    { name, timeouts }: { readonly name: string; readonly timeouts: Timeouts },
  ) {
    this.#engine = engine;
    this.#remover = new Remover(engine, name);
    this.#timeouts = timeouts;
  }

  get over(): boolean {
    return this.#phase === 'over';
  }

  /** The end has been asked for, or is here. */
  get ending(): boolean {
    return this.#urgency !== 'none' || this.#phase === 'over';
  }

  /** Resolves when the server has ended, by itself or not, or can't run. */
  get ended(): Promise<ServerEnd> {
    return this.#over.promise;
  }

  /** The engine is asked for it. */
  creating(): void {
    this.#remover.asked();
  }

  /** The container exists; `end` is the engine's word that it has stopped. */
  created(id: string, end: Promise<ContainerEnd>): void {
    this.#id = id;
    this.#remover.created(id);
    this.#phase = 'created';
    end.then(
      async ({ exitCode }) => {
        if (this.#id !== id) return;
        if (this.#phase === 'starting') await within(this.#answered.promise, startAnswerMs);
        this.#finish(exitCode);
      },
      (error: unknown) => {
        if (this.#id !== id) return;
        this.#reason ??= { kind: 'engine-gone', message: messageOf(error) };
        this.#finish(3);
      },
    );
  }

  /** False if the end was asked for before: then the container must not be started at all. */
  mayStart(): boolean {
    if (this.#reason !== undefined) return false;
    this.#phase = 'starting';
    return true;
  }

  /** The end was asked for, and nothing has been started. */
  giveUp(): undefined {
    this.#finish(143);
  }

  /**
   * The server runs: from now on it can be waited for. An engine that took its time over it has not cost it any. False
   * if it has ended already.
   */
  running(): boolean {
    this.#answered.resolve();
    if (this.#phase !== 'starting') return false;
    this.#phase = 'running';
    if (this.#urgency === 'input-ended') this.#terminateAfter(this.#timeouts.afterInputEndMs);
    return true;
  }

  /** It is not what was meant after all, and another is made in its place: its end is nobody's. */
  async discard(id: string): Promise<void> {
    this.#id = undefined;
    this.#phase = 'creating';
    await this.#remover.discard(id);
  }

  /** The engine has not made it, or nobody knows. */
  notCreated(error: unknown): void {
    this.#remover.notCreated(error);
  }

  /** It can't be had. */
  fail(error: unknown): void {
    this.#end({ kind: 'failed', error });
  }

  stop(urgency: Urgency): void {
    this.#escalate(urgency, { kind: 'stopped' });
  }

  /** The server can't be kept safely. */
  lose(message: string): void {
    this.#escalate('terminate', { kind: 'lease-lost', message });
  }

  /** The answer, or undefined if the end comes first. */
  async unlessOver<T>(answer: Promise<T>): Promise<T | undefined> {
    return Promise.race([answer, this.#over.promise.then(() => undefined)]);
  }

  /** The same for an engine that may never answer: rejects with `timeout`. What is late is left to itself. */
  async inTime<T>(
    answer: Promise<T>,
    { ms, doing }: { readonly ms: number; readonly doing: string },
  ): Promise<T | undefined> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(new McpcatError('timeout', `${doing}: no answer within ${String(ms)} ms`)),
      ms,
    );
    try {
      return await Promise.race([this.unlessOver(answer), late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Removes the container, running or not. */
  async remove(): Promise<Removal> {
    clearTimeout(this.#timer);
    return this.#remover.confirmed(this.#timeouts.confirmMs);
  }

  #finish(exitCode: number): void {
    this.#end({ ...(this.#reason ?? { kind: 'exited' }), exitCode });
  }

  #end(end: ServerEnd): void {
    clearTimeout(this.#timer);
    this.#phase = 'over';
    this.#over.resolve(end);
  }

  #escalate(urgency: Urgency, reason: Reason): void {
    if (this.#phase === 'over') return;
    this.#reason ??= reason;
    if (urgencies.indexOf(urgency) <= urgencies.indexOf(this.#urgency)) return;
    this.#urgency = urgency;
    if (this.#phase === 'creating' || this.#phase === 'created') this.#hurry();
    else if (urgency === 'kill') this.#kill();
    else if (urgency === 'terminate') this.#terminate(this.#timeouts.afterTermMs);
    else if (this.#phase === 'running') this.#terminateAfter(this.#timeouts.afterInputEndMs);
    else this.#failAfter(this.#timeouts.startAfterInputEndMs, 'the engine had not started the server');
  }

  /** An engine that takes its time over create or attach must not keep us. */
  #hurry(): void {
    this.#failAfter(this.#timeouts.confirmMs, 'the engine had not answered');
  }

  #failAfter(ms: number, what: string): void {
    this.#timer ??= setTimeout(() => {
      this.fail(new McpcatError('timeout', `${what} ${String(ms)} ms after the end was asked for`));
    }, ms);
  }

  /** The end of the input reaches no server whose pipe is full; process 1 takes a signal all the same. */
  #terminateAfter(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#terminate(afterInputTermMs), milliseconds);
  }

  #terminate(graceMs: number): void {
    const id = this.#id;
    if (id === undefined) return;
    void this.#engine.killContainer(id, 'SIGTERM').catch(() => this.#kill());
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#kill(), graceMs);
  }

  #kill(): void {
    const id = this.#id;
    if (id === undefined) return;
    clearTimeout(this.#timer);
    const over = (): void => this.#finish(137);
    this.#timer = setTimeout(over, this.#timeouts.confirmMs);
    void this.#remover.byForce(id).then(over, over);
  }
}
