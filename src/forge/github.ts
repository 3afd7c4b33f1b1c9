import path from 'node:path';
import { Octokit, RequestError } from 'octokit';
import { McpcatError, messageOf } from '../lib/errors.ts';
import { conditionsOf, PersistedAnswers } from '../lib/persisted-answers.ts';

type Env = Readonly<Record<string, string | undefined>>;

const publicApi = 'https://api.github.com';
const deadlineMs = 30_000;

/** `OWNER/NAME`. */
export interface Repository {
  readonly owner: string;
  readonly repo: string;
}

/** The repository behind an address such as `https://github.com/owner/name/tree/main/x`; undefined for other hosts. */
export function repositoryOf(address: string): Repository | undefined {
  const match =
    /^(?:https:\/\/github\.com\/)?([A-Za-z0-9-]+)\/(?!\.{1,2}(?:$|[/?#]))([A-Za-z0-9._-]+?)(?:\.git)?(?:[/#?].*)?$/.exec(
      address,
    );
  const [, owner, repo] = match ?? [];
  return owner === undefined || repo === undefined ? undefined : { owner, repo };
}

/**
 * GitHub's REST API through octokit, which this folder alone imports. `GITHUB_TOKEN` signs in, `GITHUB_API_URL` (as
 * Actions and Enterprise set it) names another API.
 */
export class GitHub {
  readonly octokit: Octokit;
  readonly #kept: PersistedAnswers;
  readonly #baseUrl: string;
  readonly #signal: AbortSignal | undefined;

  constructor({ token, baseUrl, cacheFolder, signal }: GitHubOptions) {
    this.#baseUrl = baseUrl;
    this.#signal = signal;
    this.#kept = new PersistedAnswers(path.join(cacheFolder, 'github'));
    this.octokit = new Octokit({
      auth: token,
      baseUrl,
      userAgent: 'mcpcat',
      request: { fetch: withDeadline(signal) },
      retry: { retries: 2 },
      // Enterprise servers have no such limits unless their administrator sets some (docs.github.com/enterprise-server).
      throttle:
        baseUrl === publicApi
          ? { onRateLimit: shortWait, onSecondaryRateLimit: shortWait }
          : { enabled: false },
      log: { debug: silent, info: silent, warn: silent, error: silent },
    });
  }

  /** GET with an ETag: what has not changed is not sent again and does not count against the limit. Undefined for 404. */
  async get<T>(
    route: string,
    { subject, read }: { subject: string; read: (value: unknown) => T },
  ): Promise<T | undefined> {
    const url = `${this.#baseUrl}${route}`;
    const kept = await this.#kept.get(url);
    try {
      const answer = await this.octokit.request(`GET ${route}`, { headers: conditionsOf(kept) });
      const value: unknown = answer.data;
      await this.#kept.put({ url, etag: answer.headers.etag, value });
      return read(value);
    } catch (error) {
      if (error instanceof RequestError && error.status === 304 && kept !== undefined)
        return read(kept.value);
      if (error instanceof RequestError && error.status === 404) return undefined;
      throw this.#failure(error, subject);
    }
  }

  /** Any other call, with its failures in our words. */
  async call<T>(subject: string, work: (octokit: Octokit) => Promise<T>): Promise<T> {
    try {
      return await work(this.octokit);
    } catch (error) {
      throw this.#failure(error, subject);
    }
  }

  #failure(error: unknown, subject: string): McpcatError {
    if (this.#signal?.aborted === true) return new McpcatError('cancelled', `${subject}: cancelled`);
    return githubFailure(error, subject);
  }
}

export interface GitHubOptions {
  readonly token: string;
  readonly baseUrl: string;
  readonly cacheFolder: string;
  readonly signal?: AbortSignal | undefined;
}

/** Undefined without a token: without one GitHub answers 60 times an hour, which is worse than not asking. */
export function connectGitHub(
  env: Env,
  { cacheFolder, signal }: { cacheFolder: string; signal?: AbortSignal | undefined },
): GitHub | undefined {
  const token = env['GITHUB_TOKEN'];
  if (token === undefined || token === '') return undefined;
  const baseUrl = (env['GITHUB_API_URL'] || publicApi).replace(/\/+$/, '');
  return new GitHub({ token, baseUrl, cacheFolder, signal });
}

export function isMissing(error: unknown): boolean {
  return error instanceof RequestError && error.status === 404;
}

function githubFailure(error: unknown, subject: string): McpcatError {
  if (error instanceof McpcatError) return error;
  if (!(error instanceof RequestError)) {
    return new McpcatError(
      'upstream-unavailable',
      `${subject}: GitHub could not be reached: ${messageOf(error)}`,
      {
        hint: 'try again later, or check the network, proxy settings and GITHUB_API_URL',
        cause: error,
      },
    );
  }
  const { status } = error;
  const limited =
    status === 429 || (status === 403 && error.response?.headers['x-ratelimit-remaining'] === '0');
  if (limited || status >= 500) {
    return new McpcatError('upstream-unavailable', `${subject}: GitHub answers ${String(status)}`, {
      hint: limited ? 'the limit of the token is used up: try again in an hour' : 'try again later',
      cause: error,
    });
  }
  const denied = status === 401 || status === 403;
  return new McpcatError(
    denied ? 'forge-denied' : 'forge-failed',
    `${subject}: GitHub answers ${String(status)}: ${messageOf(error).split('\n')[0] ?? ''}`,
    { ...(denied ? { hint: 'see that GITHUB_TOKEN may do this' } : {}), cause: error },
  );
}

/** Waits once, and not for long: the next run comes anyway. */
function shortWait(retryAfter: number, _options: object, _octokit: object, retryCount: number): boolean {
  return retryCount < 1 && retryAfter <= 30;
}

function withDeadline(signal: AbortSignal | undefined): typeof fetch {
  return (input, init) => {
    const timeout = AbortSignal.timeout(deadlineMs);
    return fetch(input, {
      ...init,
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
  };
}

function silent(): void {
  // What octokit would print says nothing that the error does not.
}
