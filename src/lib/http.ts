import { setTimeout as sleep } from 'node:timers/promises';
import { McpcatError, messageOf } from './errors.ts';
import { outageHint } from './outage-hint.ts';

export interface HttpOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** What the request is for, to name it in errors: "the package left-pad". */
  readonly subject: string;
  /** Attempts in all; between them 0.5 s, 1 s, 2 s … or what Retry-After says, at most 30 s. */
  readonly attempts?: number;
  /** Milliseconds until an answer must have begun, and the longest silence within it. */
  readonly deadline?: number;
  /** Sent as JSON by POST, for services that take questions that way; a GET without it. */
  readonly json?: unknown;
}

/**
 * GET with a deadline and retries for outages. 404 and 410 reject with `package-unknown`; 429, 5xx and broken
 * connections are tried again and then reject with `upstream-unavailable`: that is never the entry's fault. A body that
 * breaks off rejects where it is read, with `upstream-unavailable` too (`isBrokenBody`); one that the user ends with `cancelled`.
 */
export async function httpGet(url: string, options: HttpOptions): Promise<Response> {
  const attempts = options.attempts ?? 4;
  for (let attempt = 1; ; attempt++) {
    const outcome = await tryOnce(url, options);
    if (outcome instanceof Response) return outcome;
    if (attempt >= attempts) throw outcome.error;
    await pause(outcome.wait ?? Math.min(30_000, 250 * 2 ** attempt), options);
  }
}

/** GET of a JSON document; `read` checks its shape. An answer of another shape is not the entry's fault either. */
export async function httpJson<T>(
  url: string,
  { read, ...options }: HttpOptions & { readonly read: (value: unknown) => T },
): Promise<T> {
  const response = await httpGet(url, options);
  try {
    return read(await response.json());
  } catch (error) {
    if (options.signal?.aborted === true) throw cancelled(options);
    if (isBrokenBody(error)) throw error;
    throw unavailable(options.subject, `${hostOf(url)} answers something else than expected`, error);
  }
}

async function pause(milliseconds: number, options: HttpOptions): Promise<void> {
  await sleep(milliseconds, undefined, { signal: options.signal }).catch(() => {
    throw cancelled(options);
  });
}

function cancelled({ subject }: HttpOptions): McpcatError {
  return new McpcatError('cancelled', `${subject}: cancelled`);
}

interface Retryable {
  readonly error: McpcatError;
  readonly wait: number | undefined;
}

async function tryOnce(url: string, options: HttpOptions): Promise<Response | Retryable> {
  const silence = silenceAlarm(options.deadline ?? 60_000);
  try {
    const { address, authorization } = signedIn(url);
    const response = await fetch(address, {
      headers: { 'user-agent': 'mcpcat', ...authorization, ...options.headers },
      ...(options.json === undefined ? {} : { method: 'POST', body: JSON.stringify(options.json) }),
      signal: anySignal(options.signal, silence.signal),
    });
    silence.heard();
    // 304 comes only to those who asked for it by If-None-Match.
    return response.ok || response.status === 304
      ? attentive(response, silence, { url, options })
      : await refused(response, url, options);
  } catch (error) {
    silence.stop();
    if (error instanceof McpcatError) throw error;
    if (options.signal?.aborted === true) throw cancelled(options);
    return {
      error: unavailable(options.subject, `${hostOf(url)}: ${reason(error)}`, error),
      wait: undefined,
    };
  }
}

/** fetch takes no address with a user and a password, as people write them for mirrors. */
function signedIn(url: string): {
  readonly address: string;
  readonly authorization: { readonly authorization?: string };
} {
  const { username, password } = URL.canParse(url) ? new URL(url) : { username: '', password: '' };
  if (username === '' && password === '') return { address: url, authorization: {} };
  const text = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return {
    address: withoutPassword(url),
    authorization: { authorization: `Basic ${Buffer.from(text).toString('base64')}` },
  };
}

/** An address for messages. */
export function withoutPassword(text: string): string {
  if (!URL.canParse(text)) return text;
  const url = new URL(text);
  if (url.username === '' && url.password === '') return text;
  url.username = '';
  url.password = '';
  return url.href;
}

interface SilenceAlarm {
  readonly signal: AbortSignal;
  heard(): void;
  stop(): void;
}

/** Aborts after so many milliseconds without a sign of life: a long download may take its time, a dead one may not. */
function silenceAlarm(milliseconds: number): SilenceAlarm {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort(new Error(`no byte within ${String(milliseconds / 1000)} s`));
  }, milliseconds);
  timer.unref();
  return {
    signal: controller.signal,
    heard: () => void timer.refresh(),
    stop: () => clearTimeout(timer),
  };
}

const brokenBodies = new WeakSet<Error>();

/** Whether an answer broke off in the middle of its body: it was not tried again. */
export function isBrokenBody(error: unknown): boolean {
  return error instanceof Error && brokenBodies.has(error);
}

interface Asked {
  readonly url: string;
  readonly options: HttpOptions;
}

/** The response, whose every chunk puts the alarm off and whose end stops it. */
function attentive(response: Response, silence: SilenceAlarm, asked: Asked): Response {
  if (response.body === null) silence.stop();
  return new Response(response.body && watched(response.body, silence, asked), response);
}

function watched(
  body: ReadableStream<Uint8Array>,
  silence: SilenceAlarm,
  { url, options }: Asked,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) {
          silence.stop();
          return controller.close();
        }
        silence.heard();
        controller.enqueue(value);
      } catch (error) {
        silence.stop();
        throw options.signal?.aborted === true ? cancelled(options) : brokenOff(options, url, error);
      }
    },
    async cancel(why) {
      silence.stop();
      await reader.cancel(why);
    },
  });
}

function brokenOff({ subject }: HttpOptions, url: string, cause: unknown): McpcatError {
  const message = `${hostOf(url)} broke off in the middle of its answer (${reason(cause)})`;
  const error = unavailable(subject, message, cause);
  brokenBodies.add(error);
  return error;
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
    hint: outageHint(cause),
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
