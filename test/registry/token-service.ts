import { createPrivateKey, randomUUID, sign, X509Certificate } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { listening, type Proxy, type Seen } from './proxy.ts';
import { account, selfSigned, type TokenAuth } from './rig.ts';

export const refreshToken = 'refresh-me-1';

export interface TokenService extends Proxy {
  readonly auth: TokenAuth;
}

/**
 * A fake token service that speaks docker's documented protocol ("Token Authentication Specification" and
 * its OAuth2 form): it signs JSON Web Tokens that the real docker-registry checks against its certificate. Anonymous
 * may pull `public/…`; the account may do all. `lifetime` in seconds.
 */
export async function tokenService({ lifetime = 300 }: { lifetime?: number } = {}): Promise<TokenService> {
  const { key, certificate } = await selfSigned();
  const seen: Seen[] = [];
  const service = 'registry-of-a-test';
  const issuer = 'issuer-of-a-test';
  const server = await listening(seen, (incoming, outgoing) => {
    void answer(incoming, outgoing, (access, subject) => {
      const seconds = Math.floor(Date.now() / 1000);
      const times = { iat: seconds, nbf: seconds - 5, exp: seconds + lifetime };
      const claims = { iss: issuer, aud: service, sub: subject, jti: randomUUID(), ...times, access };
      return { token: webToken(claims, key, certificate), expires_in: lifetime };
    });
    seen.push({ method: incoming.method ?? '', url: incoming.url ?? '', headers: incoming.headers });
  });
  return { ...server, auth: { realm: `http://${server.host}/token`, service, issuer, certificate } };
}

interface Access {
  readonly type: string;
  readonly name: string;
  readonly actions: readonly string[];
}

async function answer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  issue: (access: readonly Access[], subject: string) => object,
): Promise<void> {
  const url = new URL(incoming.url ?? '', 'http://x');
  const form = new URLSearchParams(await text(incoming));
  const scopes =
    incoming.method === 'POST' ? (form.get('scope') ?? '').split(' ') : url.searchParams.getAll('scope');
  const who = subjectOf(incoming, form);
  if (who === undefined) {
    outgoing.writeHead(401).end('{"details":"no"}');
    return;
  }
  const access = scopes.map(accessOf).map((wish) => granted(wish, who));
  outgoing.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(issue(access, who)));
}

/** '' for anonymous, undefined for wrong credentials. */
function subjectOf(incoming: IncomingMessage, form: URLSearchParams): string | undefined {
  if (incoming.method === 'POST') {
    const fine = form.get('grant_type') === 'refresh_token' && form.get('refresh_token') === refreshToken;
    return fine ? account.username : undefined;
  }
  const { authorization } = incoming.headers;
  if (authorization === undefined) return '';
  const pair = Buffer.from(authorization.replace('Basic ', ''), 'base64').toString();
  return pair === `${account.username}:${account.password}` ? account.username : undefined;
}

function accessOf(scope: string): Access {
  const [type = '', name = '', actions = ''] = scope.split(':');
  return { type, name, actions: actions.split(',') };
}

function granted(wish: Access, who: string): Access {
  if (who !== '') return wish;
  return {
    ...wish,
    actions: wish.name.startsWith('public/') ? wish.actions.filter((action) => action === 'pull') : [],
  };
}

function webToken(claims: object, key: string, certificate: string): string {
  const x5c = [new X509Certificate(certificate).raw.toString('base64')];
  const parts = [{ typ: 'JWT', alg: 'ES256', x5c }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  const signature = sign('sha256', Buffer.from(parts.join('.')), {
    key: createPrivateKey(key),
    dsaEncoding: 'ieee-p1363',
  });
  return `${parts.join('.')}.${signature.toString('base64url')}`;
}
