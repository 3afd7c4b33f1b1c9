import { McpcatError } from '../../lib/errors.ts';
import { parseChallenge, type Challenge } from './challenge.ts';
import type { Credentials } from './credentials.ts';
import { basic, fetchToken, signInHint, type Token, type TokenWish } from './token.ts';

/** Answers the challenges of one registry, and remembers: one look-up of credentials, one token per set of scopes. */
export class Authorizer {
  readonly #host: string;
  readonly #lookup: () => Promise<Credentials>;
  readonly #setting: Pick<TokenWish, 'registry' | 'retryPolicy'>;
  #credentials: Promise<Credentials> | undefined;
  #challenge: Challenge | undefined;
  readonly #tokens = new Map<string, Promise<Token>>();

  constructor(
    host: string,
    lookup: () => Promise<Credentials>,
    setting: Pick<TokenWish, 'registry' | 'retryPolicy'>,
  ) {
    this.#host = host;
    this.#lookup = lookup;
    this.#setting = setting;
  }

  /** The header to begin with; undefined before the registry's first challenge: some want none. */
  async header(scopes: readonly string[], signal?: AbortSignal): Promise<string | undefined> {
    if (this.#challenge === undefined) return undefined;
    const credentials = await this.#who();
    if (this.#challenge.scheme === 'basic') return basic(credentials);
    if (credentials.kind === 'bearer') return `Bearer ${credentials.token.reveal()}`;
    const token = await this.#token(this.#challenge, { credentials, scopes, signal });
    return `Bearer ${token.value.reveal()}`;
  }

  /**
   * The header for a second attempt after a 401 to a request that carried `sent`. Rejects with `registry-denied` if
   * there is nothing better to offer.
   */
  async answer(
    response: Response,
    {
      sent,
      scopes,
      signal,
    }: { sent: string | undefined; scopes: readonly string[]; signal?: AbortSignal | undefined },
  ): Promise<string> {
    const challenge = parseChallenge(response.headers.get('www-authenticate'));
    if (challenge === undefined)
      throw await this.#refused('asks for a way to sign in that mcpcat does not know');
    this.#challenge = challenge;
    if (sent?.startsWith('Bearer ') === true) this.#tokens.delete(keyOf(scopes));
    const header = await this.header(scopes, signal);
    if (header === undefined) throw await this.#refused('wants credentials, and there are none for it');
    if (header === sent) throw await this.#refused('does not accept the credentials for it');
    return header;
  }

  /** For a registry that still says no. */
  async denied(subject: string, status: number): Promise<McpcatError> {
    const credentials = await this.#who();
    const wrong = status === 401 && credentials.kind !== 'anonymous';
    const why = wrong ? 'does not accept the credentials for it' : 'does not permit it';
    const message = `${subject}: ${this.#host} ${why} (${String(status)})`;
    return new McpcatError('registry-denied', message, { hint: signInHint(this.#host, credentials) });
  }

  async #refused(why: string): Promise<McpcatError> {
    const hint = signInHint(this.#host, await this.#who());
    return new McpcatError('registry-denied', `registry ${this.#host} ${why}`, { hint });
  }

  #who(): Promise<Credentials> {
    return (this.#credentials ??= this.#lookup());
  }

  /** Requests that come at the same time share one fetch. */
  async #token(
    challenge: Extract<Challenge, { scheme: 'bearer' }>,
    wish: Pick<TokenWish, 'credentials' | 'scopes' | 'signal'>,
  ): Promise<Token> {
    const key = keyOf(wish.scopes);
    const known = await this.#tokens.get(key)?.catch(() => undefined);
    if (known !== undefined && known.until > Date.now()) return known;
    const fetching = fetchToken({ challenge, ...this.#setting, ...wish });
    this.#tokens.set(key, fetching);
    return fetching;
  }
}

function keyOf(scopes: readonly string[]): string {
  return [...scopes].sort().join(' ');
}
