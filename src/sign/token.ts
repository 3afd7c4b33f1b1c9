import { z } from 'zod';
import { McpcatError, messageOf } from '../lib/errors.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** What sigstore's certificate authority expects a token to be for. */
const audience = 'sigstore';
const answerMs = 20_000;
const maxTokenBytes = 64 << 10;

/** Where an OpenID Connect token is to be had; undefined where the machine has none. */
export function tokenSource(env: Env): (() => Promise<string>) | undefined {
  const given = env['SIGSTORE_ID_TOKEN'];
  if (given !== undefined && given !== '') return async () => Promise.resolve(given);
  const url = env['ACTIONS_ID_TOKEN_REQUEST_URL'] ?? '';
  const secret = env['ACTIONS_ID_TOKEN_REQUEST_TOKEN'] ?? '';
  if (url === '' || secret === '') return undefined;
  return () => askGitHub(url, secret);
}

const Answer = z.object({ value: z.string().min(1).max(maxTokenBytes) });

/** docs.github.com, "OpenID Connect reference": the runner's own address, which is there with `id-token: write` alone. */
async function askGitHub(address: string, secret: string): Promise<string> {
  const url = new URL(address);
  url.searchParams.set('audience', audience);
  try {
    const response = await fetch(url, {
      headers: { accept: 'application/json', authorization: `Bearer ${secret}` },
      redirect: 'error',
      signal: AbortSignal.timeout(answerMs),
    });
    if (!response.ok) throw new Error(`it answers ${String(response.status)}`);
    return Answer.parse(await response.json()).value;
  } catch (error) {
    throw new McpcatError('upstream-unavailable', `no identity token from ${url.host}: ${reason(error)}`, {
      hint: 'the job needs the permission id-token: write',
    });
  }
}

/** Never the answer itself: it may hold the token. */
function reason(error: unknown): string {
  return error instanceof z.ZodError || error instanceof SyntaxError
    ? 'its answer holds no token'
    : messageOf(error);
}

const Claims = z.object({
  iss: z.string(),
  sub: z.string(),
  email: z.string().optional(),
  /** Of GitHub Actions: `owner/repository/.github/workflows/file.yml@ref`. */
  job_workflow_ref: z.string().optional(),
});

/**
 * In whose name a token will sign, as its certificate will have it. Not verified: whoever issues the
 * certificate does that. Throws `usage` for what is no token, without showing it.
 */
export function nameIn(token: string): { readonly identity: string; readonly issuer: string } {
  try {
    const part = token.split('.')[1] ?? '';
    const claims = Claims.parse(JSON.parse(Buffer.from(part, 'base64url').toString('utf8')));
    const workflow = claims.job_workflow_ref;
    const own = workflow === undefined ? undefined : `https://github.com/${workflow}`;
    return { identity: own ?? claims.email ?? claims.sub, issuer: claims.iss };
  } catch {
    throw new McpcatError('usage', 'expected an OpenID Connect token (a JWT with iss and sub), found none');
  }
}
