import { z } from 'zod/mini';
import { McpcatError } from '../../lib/errors.ts';
import { wholeBody } from '../http/body.ts';
import { exchange, type WireRequest } from '../http/exchange.ts';
import { onward } from '../http/origin.ts';
import { withRetries, type RetryPolicy } from '../http/retry-policy.ts';
import type { Challenge } from './challenge.ts';
import type { Credentials } from './credentials.ts';
import { Secret } from './secret.ts';

/** A token service's answer (docker's token specification). */
const TokenAnswer = z.object({
  token: z.optional(z.string()),
  access_token: z.optional(z.string()),
  expires_in: z.optional(z.number()),
});

export interface Token {
  readonly value: Secret;
  /** Milliseconds since the epoch, a little before the service's own time. */
  readonly until: number;
}

/** What a token is for. */
export interface TokenWish {
  readonly challenge: Extract<Challenge, { scheme: 'bearer' }>;
  readonly credentials: Credentials;
  readonly scopes: readonly string[];
  readonly registry: URL;
  readonly retryPolicy: RetryPolicy;
  readonly signal?: AbortSignal | undefined;
}

/** A bearer token from the service that the registry named. Rejects with `registry-denied` if it hands out none. */
export async function fetchToken(wish: TokenWish): Promise<Token> {
  const { credentials, registry, retryPolicy, signal } = wish;
  const subject = `sign in to ${registry.host}`;
  const url = onward(wish.challenge.realm, registry, registry);
  const request = credentials.kind === 'identity' ? refreshRequest(wish, url) : plainRequest(wish, url);
  return withRetries(retryPolicy, signal, async () => {
    const response = await exchange({ ...request, subject, signal }, registry, retryPolicy);
    const body = await wholeBody(response, subject, { retryPolicy, max: 1 << 20 });
    if (!response.ok) throw denied(subject, url, response.status, credentials);
    return tokenIn(body, subject);
  });
}

type Wire = Pick<WireRequest, 'method' | 'url' | 'headers' | 'authorization' | 'body'>;

function plainRequest({ challenge, credentials, scopes }: TokenWish, realm: URL): Wire {
  const url = new URL(realm);
  if (challenge.service !== undefined) url.searchParams.set('service', challenge.service);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  if (credentials.kind === 'password') url.searchParams.set('account', credentials.username);
  return { method: 'GET', url, headers: {}, authorization: basic(credentials) };
}

function refreshRequest({ challenge, credentials, scopes }: TokenWish, url: URL): Wire {
  if (credentials.kind !== 'identity') throw new Error('Internal error: no identity token to exchange');
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: 'mcpcat',
    scope: scopes.join(' '),
    refresh_token: credentials.token.reveal(),
    ...(challenge.service === undefined ? {} : { service: challenge.service }),
  });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return { method: 'POST', url, headers, authorization: undefined, body: form.toString() };
}

/** The header for user name and password; undefined for any other kind of credentials. */
export function basic(credentials: Credentials): string | undefined {
  if (credentials.kind !== 'password') return undefined;
  const pair = `${credentials.username}:${credentials.password.reveal()}`;
  return `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
}

function tokenIn(body: Buffer, subject: string): Token {
  const answer = TokenAnswer.safeParse(jsonOf(body));
  const value = answer.success ? (answer.data.token ?? answer.data.access_token) : undefined;
  if (!answer.success || value === undefined || !/^[\x21-\x7e]+$/.test(value)) {
    throw new McpcatError('registry-failed', `${subject}: expected a token, found another answer`);
  }
  // The specification's default is a minute; a token is renewed a little early.
  const seconds = Math.max(answer.data.expires_in ?? 60, 20) * 0.8;
  return { value: new Secret(value), until: Date.now() + seconds * 1000 };
}

/** Without the parser's message: it would quote the token. */
function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function denied(subject: string, url: URL, status: number, credentials: Credentials): McpcatError {
  const who = credentials.kind === 'anonymous' ? 'without credentials' : 'with the credentials it has';
  const found = `${url.host} answers ${String(status)} ${who}`;
  return new McpcatError('registry-denied', `${subject}: expected a token, but ${found}`, {
    hint: signInHint(subject.replace('sign in to ', ''), credentials),
  });
}

/** What to do when a registry does not let us in. */
export function signInHint(host: string, credentials: Credentials): string {
  const why = credentials.kind === 'anonymous' ? credentials.why : undefined;
  return `${why === undefined ? '' : `${why}; `}sign in with: docker login ${host}`;
}
