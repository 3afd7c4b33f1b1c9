import { z } from 'zod/mini';
import { McpcatError } from '../lib/errors.ts';
import { Authorizer } from './auth/authorizer.ts';
import { findCredentials } from './auth/find-credentials.ts';
import { wholeBody } from './http/body.ts';
import { exchange, type WireRequest } from './http/exchange.ts';
import { onward, originOf } from './http/origin.ts';
import { withRetries, defaultRetryPolicy, type RetryPolicy } from './http/retry-policy.ts';

export interface RegistryOptions {
  /** For DOCKER_CONFIG, HOME and PATH. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly retryPolicy?: Partial<RetryPolicy>;
  readonly signal?: AbortSignal;
}

export interface RegistryRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'PUT';
  /** `/v2/…`, or where the registry itself sent us (the location of an upload). */
  readonly to: string | URL;
  /** `repository:<name>:<actions>` for each repository it touches. */
  readonly scopes: readonly string[];
  readonly subject: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: WireRequest['body'];
  /** Statuses that the caller handles; all others reject. */
  readonly expect: readonly number[];
}

/** What a registry says when it refuses (distribution specification, "Error Codes"). */
const Refusal = z.object({
  errors: z.array(z.object({ code: z.optional(z.string()), message: z.optional(z.string()) })),
});

/** One registry host: requests with sign-in, deadlines and retries. Nothing is sent before the first request. */
export class Registry {
  readonly host: string;
  readonly retryPolicy: RetryPolicy;
  readonly signal: AbortSignal | undefined;
  readonly #origin: URL;
  readonly #authorizer: Authorizer;

  constructor(host: string, options: RegistryOptions) {
    this.host = host;
    this.retryPolicy = { ...defaultRetryPolicy, ...options.retryPolicy };
    this.signal = options.signal;
    this.#origin = originOf(host);
    this.#authorizer = new Authorizer(host, () => findCredentials(host, options.env), {
      registry: this.#origin,
      retryPolicy: this.retryPolicy,
    });
  }

  /**
   * Resolves to an answer with an expected status; its body is the caller's to read or cancel. Rejects with
   * `registry-denied` (401, 403), `image-missing` (404), `upstream-unavailable` (429, 5xx, broken connection, no answer
   * in time, after all attempts) or `registry-failed`.
   */
  async send(request: RegistryRequest): Promise<Response> {
    return withRetries(this.retryPolicy, this.signal, () => this.sendOnce(request));
  }

  /** One attempt; throws Passing for what another attempt may cure. For callers with their own loop. */
  async sendOnce(request: RegistryRequest): Promise<Response> {
    const url = this.onward(request.to);
    const { scopes } = request;
    const ours = url.origin === this.#origin.origin;
    const sent = ours ? await this.#authorizer.header(scopes, this.signal) : undefined;
    let response = await this.#exchange(request, url, sent);
    // A 401 of a host that we were sent on to is not answered: it could ask for our credentials.
    if (response.status === 401 && new URL(response.url).origin === this.#origin.origin) {
      await response.body?.cancel();
      const better = await this.#authorizer.answer(response, { sent, scopes, signal: this.signal });
      response = await this.#exchange(request, url, better);
    }
    if (request.expect.includes(response.status)) return response;
    throw await this.#refused(request, response);
  }

  /** An address that the registry named, checked. */
  onward(target: string | URL, from: URL = this.#origin): URL {
    return onward(String(target), from, this.#origin);
  }

  async #exchange(request: RegistryRequest, url: URL, authorization: string | undefined): Promise<Response> {
    const { method, subject, body, headers = {} } = request;
    const wire = { method, url, headers, authorization, body, subject, signal: this.signal };
    return exchange(wire, this.#origin, this.retryPolicy);
  }

  async #refused({ subject }: RegistryRequest, response: Response): Promise<McpcatError> {
    const said = await this.#reasonIn(response, subject);
    const { status } = response;
    if (status === 401 || status === 403) return this.#authorizer.denied(subject, status);
    if (status === 404) return new McpcatError('image-missing', `${subject}: ${this.host} does not have it`);
    return new McpcatError('registry-failed', `${subject}: ${this.host} answers ${String(status)}${said}`);
  }

  /** The registry's own words, cut to one short line. */
  async #reasonIn(response: Response, subject: string): Promise<string> {
    try {
      const body = await wholeBody(response, subject, { retryPolicy: this.retryPolicy, max: 64 << 10 });
      const { errors } = Refusal.parse(JSON.parse(body.toString('utf8')));
      const words = errors.map(({ code, message }) => [code, message].filter(Boolean).join(': ')).join('; ');
      return ` (${words.replaceAll(/[^\x20-\x7e]+/g, ' ').slice(0, 200)})`;
    } catch {
      return '';
    }
  }
}

export function pullScope(repository: string): string {
  return `repository:${repository}:pull`;
}

export function pushScope(repository: string): string {
  return `repository:${repository}:pull,push`;
}
