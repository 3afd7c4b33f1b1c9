import { isIP } from 'node:net';
import { isLoopback } from '../lib/loopback.ts';
import { isSameSecret } from '../lib/same-secret.ts';
import { isOnLoopback, type ListenAddress } from './listen-address.ts';

/** What of a request is looked at before anything of it is read. */
export interface Knock {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly authorization: string | undefined;
}

export interface Refusal {
  readonly status: 401 | 403;
  readonly message: string;
}

/**
 * Who may come in. `Host` must be an address or one of this machine's loopback names: a name of somebody else's that
 * leads here (DNS rebinding) is neither. `Origin`, which only browsers send, must be of a page on loopback. And the token
 * must be right, whoever asks. Names that whoever started us has said are ours come in as `Host`, not as `Origin`.
 */
export class Gate {
  readonly #token: string;
  readonly #anyAddress: boolean;
  readonly #names: ReadonlySet<string>;

  constructor(token: string, address: ListenAddress, names: readonly string[] = []) {
    this.#token = token;
    this.#anyAddress = !isOnLoopback(address);
    this.#names = new Set(names.map((name) => name.toLowerCase()));
  }

  refusal({ host, origin, authorization }: Knock): Refusal | undefined {
    const called = hostnameOf(`http://${host ?? ''}`);
    if (!this.#isOwn(called) && !this.#names.has(called ?? '')) return forbidden('Host', host);
    if (origin !== undefined && !this.#isOwn(hostnameOf(origin))) return forbidden('Origin', origin);
    const [, token] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
    if (token !== undefined && isSameSecret(token, this.#token)) return undefined;
    const found = authorization === undefined ? 'no Authorization' : 'another token';
    return { status: 401, message: `expected Authorization: Bearer TOKEN, found ${found}` };
  }

  #isOwn(hostname: string | undefined): boolean {
    if (hostname === undefined) return false;
    return isLoopback(hostname) || (this.#anyAddress && isIP(hostname.replace(/^\[(.*)\]$/, '$1')) !== 0);
  }
}

function forbidden(header: string, found: string | undefined): Refusal {
  return { status: 403, message: `${header}: expected an address of this machine, found ${found ?? 'none'}` };
}

function hostnameOf(url: string): string | undefined {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  return parsed?.protocol === 'http:' || parsed?.protocol === 'https:' ? parsed.hostname : undefined;
}
