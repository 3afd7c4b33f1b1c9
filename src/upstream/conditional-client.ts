import path from 'node:path';
import type { z } from 'zod';
import { McpcatError } from '../lib/errors.ts';
import { httpGet } from '../lib/http.ts';
import { conditionsOf, PersistedAnswers } from '../lib/persisted-answers.ts';

export interface Question<T> {
  /** For messages: `npm:left-pad`. */
  readonly subject: string;
  /** Reads the body; throws if it is something else than expected. */
  readonly read: (body: string) => T;
  /** Reads what `read` gave, after it was kept as JSON. */
  readonly reread: z.ZodType<T>;
  /** Never changes once it exists (the go.mod of a version): not asked for again. */
  readonly immutable?: boolean;
}

/** So many packages in a row that a host does not answer for make an outage. */
const maxFailures = 3;

/**
 * Asks registries with conditional requests: what has not changed is not sent again. A host that keeps failing is
 * given up for the rest of the run, with its own error, so that an outage costs seconds and not an hour.
 */
export class ConditionalClient {
  readonly #kept: PersistedAnswers;
  readonly #signal: AbortSignal | undefined;
  readonly #failures = new Map<string, number>();
  readonly #counts = { requests: 0, unchanged: 0 };

  constructor({ cacheFolder, signal }: { cacheFolder: string; signal?: AbortSignal | undefined }) {
    this.#kept = new PersistedAnswers(path.join(cacheFolder, 'upstream'));
    this.#signal = signal;
  }

  /** How many requests were sent, and how many of them were answered with "unchanged". */
  get counts(): { readonly requests: number; readonly unchanged: number } {
    return { ...this.#counts };
  }

  async ask<T>(url: string, question: Question<T>): Promise<T> {
    const kept = await this.#kept.get(url);
    const known = kept === undefined ? undefined : question.reread.safeParse(kept.value);
    if (question.immutable === true && known?.success === true) return known.data;
    const conditions = known?.success === true ? conditionsOf(kept) : {};
    const { status, headers, body } = await this.#send(url, { subject: question.subject, conditions });
    if (status === 304 && known?.success === true) {
      this.#counts.unchanged++;
      return known.data;
    }
    const value = readBody(body, { url, question });
    const etag = headers.get('etag') ?? undefined;
    const lastModified = headers.get('last-modified') ?? undefined;
    await this.#kept.put({ url, etag, lastModified, value });
    return value;
  }

  /** The answer with its whole body: a connection that breaks off in the middle counts as a failure too. */
  async #send(
    url: string,
    { subject, conditions }: { subject: string; conditions: Readonly<Record<string, string>> },
  ): Promise<{ status: number; headers: Headers; body: string }> {
    const { host } = new URL(url);
    if ((this.#failures.get(host) ?? 0) >= maxFailures) throw givenUp(host, subject);
    this.#counts.requests++;
    try {
      const options = { subject, headers: conditions, signal: this.#signal, deadline: 30_000 };
      const response = await httpGet(url, options);
      const body = await response.text();
      this.#failures.set(host, 0);
      return { status: response.status, headers: response.headers, body };
    } catch (error) {
      const outage = error instanceof McpcatError && error.code === 'upstream-unavailable';
      this.#failures.set(host, outage ? (this.#failures.get(host) ?? 0) + 1 : 0);
      throw error;
    }
  }
}

function readBody<T>(body: string, { url, question }: { url: string; question: Question<T> }): T {
  try {
    return question.read(body);
  } catch (error) {
    if (error instanceof McpcatError) throw error;
    const { host } = new URL(url);
    throw new McpcatError(
      'upstream-unavailable',
      `${question.subject}: ${host} answers something else than expected`,
      { hint: 'nothing was changed; try again later, or check the network and proxy settings', cause: error },
    );
  }
}

function givenUp(host: string, subject: string): McpcatError {
  return new McpcatError(
    'upstream-unavailable',
    `${subject}: not asked, because ${host} failed ${String(maxFailures)} times in a row`,
    { hint: 'nothing was changed; the others of this host were left out too: try again later' },
  );
}
