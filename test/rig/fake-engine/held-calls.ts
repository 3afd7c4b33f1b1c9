import type { Engine } from '../../../src/engine/engine.ts';
import { McpcatError } from '../../../src/lib/errors.ts';

/** The methods of the port. */
export type Method = Exclude<keyof Engine, 'endpoint'>;

/** A call that the engine has got and not answered. The test decides when it is carried out and when it is answered. */
export class HeldCall {
  readonly method: Method;
  readonly args: readonly unknown[];
  readonly #mayRun = Promise.withResolvers<void>();
  readonly #mayAnswer = Promise.withResolvers<void>();
  readonly #carriedOut = Promise.withResolvers<void>();

  constructor(method: Method, args: readonly unknown[]) {
    this.method = method;
    this.args = args;
    for (const { promise } of [this.#mayRun, this.#mayAnswer]) promise.catch(() => undefined);
  }

  /** The engine does what it was asked for; its answer is still on the way. A wait is carried out when it watches. */
  async perform(): Promise<void> {
    this.#mayRun.resolve();
    await this.#carriedOut.promise;
  }

  /** Carries it out, if that has not been done, and lets the answer (or the refusal) through. */
  async release(): Promise<void> {
    this.#mayAnswer.resolve();
    await this.perform();
  }

  /** The call fails, whether it has been carried out or not: an answer that was lost on its way looks like that. */
  fail(
    error: Error = new McpcatError('engine-gone', `${this.method}: the connection to the engine broke`),
  ): void {
    this.#mayAnswer.reject(error);
    this.#mayRun.reject(error);
    this.#carriedOut.resolve();
  }

  /** What the engine does with it. */
  async run<T>(perform: (carriedOut: () => void) => T | Promise<T>): Promise<T> {
    await this.#mayRun.promise;
    const outcome = (async () => perform(() => this.#carriedOut.resolve()))();
    const done = (): void => this.#carriedOut.resolve();
    outcome.then(done, done);
    // A wait can be failed long before its answer.
    await Promise.race([outcome.then(noted, noted), this.#refused()]);
    await this.#mayAnswer.promise;
    return outcome;
  }

  /** Settles only if the test fails the call. */
  async #refused(): Promise<void> {
    await this.#mayAnswer.promise;
    await new Promise(() => undefined);
  }
}

function noted(): void {
  // How it ended is told when the answer may pass.
}

/** Which calls are held, and who waits for them. */
export class Gate {
  /** Every call in the order in which it came. */
  readonly calls: { readonly method: Method; readonly args: readonly unknown[] }[] = [];
  readonly #held = new Set<Method>();
  readonly #unclaimed: HeldCall[] = [];
  readonly #waiting: { readonly method: Method; readonly take: (call: HeldCall) => void }[] = [];
  readonly #pending = new Set<(error: Error) => void>();
  #gone: McpcatError | undefined;

  /** From now on, calls of these methods are answered when the test says so. */
  hold(...methods: readonly Method[]): void {
    for (const method of methods) this.#held.add(method);
  }

  /** From now on, these are answered at once again; what is held already stays so. */
  letPass(...methods: readonly Method[]): void {
    for (const method of methods) this.#held.delete(method);
  }

  /** The oldest held call of a method that nobody has taken, now or when it comes. */
  async next(method: Method): Promise<HeldCall> {
    const at = this.#unclaimed.findIndex((call) => call.method === method);
    const [call] = at < 0 ? [] : this.#unclaimed.splice(at, 1);
    return call ?? new Promise((take) => void this.#waiting.push({ method, take }));
  }

  /** The engine dies: everything that waits for an answer fails, and nothing is answered any more. */
  cut(endpoint: string): void {
    this.#gone = new McpcatError('engine-missing', `no engine answers at ${endpoint} (ECONNREFUSED)`);
    const broken = new McpcatError('engine-gone', 'the connection to the engine broke (aborted)');
    for (const reject of this.#pending) reject(broken);
  }

  async pass<T>(
    method: Method,
    args: readonly unknown[],
    perform: (carriedOut: () => void) => T | Promise<T>,
  ): Promise<T> {
    this.calls.push({ method, args });
    if (this.#gone !== undefined) throw this.#gone;
    const broken = Promise.withResolvers<never>();
    this.#pending.add(broken.reject);
    const work = this.#held.has(method)
      ? this.#offer(new HeldCall(method, args)).run(perform)
      : Promise.resolve().then(() => perform(noted));
    work.catch(() => undefined); // a call that was cut fails with that
    try {
      return await Promise.race([work, broken.promise]);
    } finally {
      this.#pending.delete(broken.reject);
    }
  }

  #offer(call: HeldCall): HeldCall {
    const at = this.#waiting.findIndex(({ method }) => method === call.method);
    const [waiting] = at < 0 ? [] : this.#waiting.splice(at, 1);
    if (waiting === undefined) this.#unclaimed.push(call);
    else waiting.take(call);
    return call;
  }
}
