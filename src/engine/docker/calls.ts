import { McpcatError } from '../../lib/errors.ts';
import { failure, statusOf } from './failure.ts';

/** Longest time an engine may take to answer a request that does not wait for anything, in milliseconds. */
const timeoutMs = 120_000;

/** Runs engine calls so that each one has a deadline and fails with an McpcatError. */
export class Calls {
  readonly endpoint: string;

  constructor(endpoint: string) {
    this.endpoint = endpoint;
  }

  /** For calls that answer at once. */
  async quick<T>(doing: string, call: () => Promise<T>): Promise<T> {
    const deadline = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      const message = `${doing}: the engine at ${this.endpoint} did not answer within ${String(timeoutMs / 1000)} s`;
      deadline.reject(new McpcatError('timeout', message));
    }, timeoutMs);
    try {
      return await Promise.race([this.patient(doing, call), deadline.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** For calls that wait by nature; their deadline is the caller's. */
  async patient<T>(doing: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw failure(error, doing, this.endpoint);
    }
  }

  /** Undefined instead of an error for the given statuses. */
  async tolerant<T>(
    doing: string,
    statuses: readonly number[],
    call: () => Promise<T>,
  ): Promise<T | undefined> {
    return this.quick(doing, async () => {
      try {
        return await call();
      } catch (error) {
        if (statuses.includes(statusOf(error) ?? 0)) return undefined;
        throw error;
      }
    });
  }
}
