import { McpcatError, messageOf } from '../../lib/errors.ts';
import { outageHint } from '../../lib/outage-hint.ts';
import { onward } from './origin.ts';
import { Passing, retryAfter, type RetryPolicy } from './retry-policy.ts';

/** One request as it goes over the wire. */
export interface WireRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent to `url`'s own origin only, never along a redirect to another one. */
  readonly authorization: string | undefined;
  readonly body?: Blob | Uint8Array | string | undefined;
  /** Names the request in errors: "push of layer sha256:…". */
  readonly subject: string;
  readonly signal?: AbortSignal | undefined;
}

const longestChain = 5;
const redirects = new Set([301, 302, 303, 307, 308]);

/**
 * Sends a request and follows redirects of GET and HEAD itself, so that credentials stay with the host they are for.
 * No answer in time, broken connections, 429 and 5xx throw Passing. `registry` is the origin all this is about.
 */
export async function exchange(
  request: WireRequest,
  registry: URL,
  retryPolicy: RetryPolicy,
): Promise<Response> {
  const start = request.url;
  let { url } = request;
  for (let hop = 0; hop <= longestChain; hop++) {
    const own = url.origin === start.origin ? request.authorization : undefined;
    const response = await once({ ...request, url, authorization: own }, retryPolicy);
    const target = response.headers.get('location');
    const follow = redirects.has(response.status) && ['GET', 'HEAD'].includes(request.method);
    if (!follow || target === null) return settled(response, request);
    await response.body?.cancel();
    url = onward(target, url, registry);
  }
  throw new McpcatError('registry-failed', `${request.subject}: more than ${String(longestChain)} redirects`);
}

async function once(request: WireRequest, retryPolicy: RetryPolicy): Promise<Response> {
  const { authorization, body } = request;
  const deadline = new AbortController();
  const limit = retryPolicy.answer + sizeOf(body) / 50;
  const timer = setTimeout(() => {
    deadline.abort(new Error(`no answer within ${String(Math.round(limit / 1000))} s`));
  }, limit);
  const signals = request.signal === undefined ? [deadline.signal] : [deadline.signal, request.signal];
  try {
    return await fetch(request.url, {
      method: request.method,
      headers: {
        'user-agent': 'mcpcat',
        'accept-encoding': 'identity',
        ...request.headers,
        ...(authorization === undefined ? {} : { authorization }),
      },
      redirect: 'manual',
      signal: AbortSignal.any(signals),
      ...(body === undefined ? {} : { body }),
    });
  } catch (error) {
    if (request.signal?.aborted === true) throw new McpcatError('cancelled', `${request.subject}: cancelled`);
    throw new Passing(unavailable(request, reasonOf(error), error));
  } finally {
    clearTimeout(timer);
  }
}

function sizeOf(body: WireRequest['body']): number {
  if (body === undefined) return 0;
  return typeof body === 'string' ? body.length : body instanceof Blob ? body.size : body.length;
}

async function settled(response: Response, request: WireRequest): Promise<Response> {
  const { status } = response;
  if (status !== 429 && status < 500) return response;
  await response.body?.cancel();
  const why = status === 429 ? 'asks to slow down (429)' : `answers ${String(status)}`;
  throw new Passing(unavailable(request, why), retryAfter(response.headers));
}

function unavailable(request: WireRequest, why: string, cause?: unknown): McpcatError {
  return new McpcatError('upstream-unavailable', `${request.subject}: ${request.url.host} ${why}`, {
    hint: outageHint(cause, 'nothing was half-written'),
    ...(cause === undefined ? {} : { cause }),
  });
}

/** fetch hides the reason ("fetch failed") in its cause. */
export function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined ? messageOf(error) : messageOf(cause);
}
