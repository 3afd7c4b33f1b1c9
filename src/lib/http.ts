import { setTimeout as sleep } from 'node:timers/promises';
import { McpcatError, messageOf } from './errors.ts';

export interface HttpOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** What the request is for, to name it in errors: "the package left-pad". */
  readonly subject: string;
  /** Attempts in all; between them 0.5 s, 1 s, 2 s … or what Retry-After says, at most 30 s. */
  readonly attempts?: number;
  /** Milliseconds until an answer must have begun. */
  readonly deadline?: number;
}

/**
 * GET with a deadline and patience for outages. 404 and 410 reject with `package-unknown`; 429, 5xx and broken
 * connections are tried again and then reject with `upstream-unavailable`: that is never the entry's fault.
 */
export async function httpGet(url: string, options: HttpOptions): Promise<Response> {
  const attempts = options.attempts ?? 4;
  for (let attempt = 1; ; attempt++) {
    const outcome = await tryOnce(url, options);
    if (outcome instanceof Response) return outcome;
    if (attempt >= attempts) throw outcome.error;
    await sleep(outcome.wait ?? Math.min(30_000, 250 * 2 ** attempt), undefined, { signal: options.signal });
  }
}

interface Retryable {
  readonly error: McpcatError;
  readonly wait: number | undefined;
}

async function tryOnce(url: string, options: HttpOptions): Promise<Response | Retryable> {
  try {
    const response = await fetch(url, {
      headers: { 'user-agent': 'mcpcat', ...options.headers },
      signal: anySignal(options.signal, AbortSignal.timeout(options.deadline ?? 60_000)),
    });
    return response.ok ? response : await refused(response, url, options);
  } catch (error) {
    if (error instanceof McpcatError) throw error;
    if (options.signal?.aborted === true) throw new McpcatError('cancelled', `${options.subject}: cancelled`);
    return {
      error: unavailable(options.subject, `${hostOf(url)}: ${reason(error)}`, error),
      wait: undefined,
    };
  }
}

async function refused(response: Response, url: string, { subject }: HttpOptions): Promise<Retryable> {
  await response.body?.cancel();
  const { status } = response;
  if (status === 404 || status === 410 || status === 403) {
    throw new McpcatError(
      'package-unknown',
      `${subject}: ${hostOf(url)} has nothing by that name or version, or does not hand it out (${String(status)})`,
      {
        hint: 'check the spelling of `source`',
      },
    );
  }
  const error = unavailable(subject, `${hostOf(url)} answers ${String(status)}`);
  if (status !== 429 && status < 500) throw error;
  const after = Number(response.headers.get('retry-after'));
  return { error, wait: after > 0 ? Math.min(30_000, after * 1000) : undefined };
}

function unavailable(subject: string, message: string, cause?: unknown): McpcatError {
  return new McpcatError('upstream-unavailable', `${subject}: ${message}`, {
    hint: 'nothing was changed; try again later, or check the network and proxy settings',
    ...(cause === undefined ? {} : { cause }),
  });
}

/** fetch hides the reason ("fetch failed") in its cause. */
function reason(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined ? messageOf(error) : messageOf(cause);
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

function anySignal(first: AbortSignal | undefined, second: AbortSignal): AbortSignal {
  return first === undefined ? second : AbortSignal.any([first, second]);
}
