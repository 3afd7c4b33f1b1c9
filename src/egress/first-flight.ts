import { compact } from './byte-queue.ts';
import { readClientHello, startsTls } from './client-hello.ts';
import { firstLineOf, requestHosts } from './http-head.ts';

/** Which names a connection may be for, inside it. */
export interface NameRule {
  /** True if the rule that permitted the connection permits this name, too. */
  fits(name: string): boolean;
  /** An address has no name: clients send none then. */
  readonly unnamed: 'fits' | 'refused';
  /** On ports of the web everything is TLS or HTTP: nothing else gets through. */
  readonly others: 'fit' | 'refused';
}

/** What the first bytes of a connection come to. `name` is the one they asked for, if that is the reason. */
export type FlightVerdict =
  | { readonly verdict: 'more' }
  | { readonly verdict: 'permitted' }
  | { readonly verdict: 'refused'; readonly reason: string; readonly name?: string };

/** More than any ClientHello with post-quantum keys, and what web servers take as a request's head. */
export const maxFlightBytes = 16_384;

const control = /[^\x20-\x7e\x80-\xff]/;
const none = Buffer.alloc(0);
const more = { verdict: 'more' } as const;
const permitted = { verdict: 'permitted' } as const;

/**
 * Looks at what a client sends first, and at nothing after it: the server name of TLS, the hosts of an HTTP request.
 * Another protocol is let through (`others`), also one that starts TLS later. Decides within 16 KB.
 */
export class FirstFlight {
  readonly #rule: NameRule;
  #held: Buffer = none;
  /** `held` is ours to write into, and no view of what the relay sent. */
  #own = false;
  #length = 0;
  /** Not looked at again before there are so many bytes. */
  #wanted = 1;
  #kind: 'unknown' | 'http' = 'unknown';

  constructor(rule: NameRule) {
    this.#rule = rule;
  }

  feed(piece: Buffer): FlightVerdict {
    const found = this.#look(piece);
    // It may be a view of a much larger chunk.
    if (found.verdict !== 'more') this.#held = none;
    return found;
  }

  #look(piece: Buffer): FlightVerdict {
    const scanned = this.#length;
    this.#append(piece);
    if (this.#length < this.#wanted) return more;
    const bytes = this.#held.subarray(0, this.#length);
    const found = startsTls(bytes) ? this.#tls(bytes) : this.#text(bytes, scanned);
    if (found !== more || this.#length < maxFlightBytes) return found;
    return this.#kind === 'http'
      ? this.#request(bytes)
      : refused(`no name within ${String(maxFlightBytes)} bytes`);
  }

  /** The client will send no more: what was not enough for a verdict so far. */
  end(): FlightVerdict {
    if (this.#length === 0) return permitted;
    const bytes = this.#held.subarray(0, this.#length);
    if (startsTls(bytes)) return refused('TLS that ends within its ClientHello');
    return this.#kind === 'http' ? refused('a request that ends within its head') : this.#other();
  }

  #tls(bytes: Buffer): FlightVerdict {
    if (bytes.length < 2) return more;
    const hello = readClientHello(bytes);
    if (hello.state === 'broken') return refused(hello.what);
    if (hello.state === 'more') {
      this.#wanted = Math.min(hello.bytes, maxFlightBytes);
      return more;
    }
    if (hello.encrypted) return refused('TLS with an encrypted ClientHello');
    if (hello.serverName === undefined)
      return this.#rule.unnamed === 'fits' ? permitted : refused('TLS without a server name');
    return this.#named('TLS for', [hello.serverName]);
  }

  #text(bytes: Buffer, scanned: number): FlightVerdict {
    if (this.#kind === 'unknown') {
      // One byte at a time must not cost a look at all of them each time.
      if (scanned > 64 && !control.test(bytes.toString('latin1', scanned))) return more;
      const line = firstLineOf(bytes);
      if (line === 'other') return this.#other();
      if (line === 'more') return more;
      this.#kind = 'http';
      scanned = 0;
    }
    return endsHead(bytes, Math.max(0, scanned - 3)) ? this.#request(bytes) : more;
  }

  #request(bytes: Buffer): FlightVerdict {
    // Its names are packed; what speaks it without TLS are gRPC servers on ports of their own.
    if (bytes.toString('latin1', 0, 12) === 'PRI * HTTP/2') return this.#other();
    const found = requestHosts(bytes);
    if (found.state === 'named') return this.#named('HTTP for', found.hosts);
    return refused(found.what);
  }

  #named(what: string, names: readonly string[]): FlightVerdict {
    const wrong = names.find((name) => !this.#rule.fits(name.replace(/\.$/, '')));
    return wrong === undefined ? permitted : { ...refused(`${what} ${printable(wrong)}`), name: wrong };
  }

  #other(): FlightVerdict {
    return this.#rule.others === 'fit' ? permitted : refused('neither TLS nor HTTP');
  }

  /** In one buffer; a first piece is not copied, and mostly it is the only one. */
  #append(piece: Buffer): void {
    const length = this.#length + piece.length;
    if (this.#length === 0) this.#held = compact(piece);
    else {
      if (!this.#own || length > this.#held.length) this.#grow(2 * length);
      piece.copy(this.#held, this.#length);
    }
    this.#length = length;
  }

  #grow(bytes: number): void {
    const grown = Buffer.allocUnsafe(bytes);
    this.#held.copy(grown, 0, 0, this.#length);
    this.#held = grown;
    this.#own = true;
  }
}

/** An empty line at or behind `from`. */
function endsHead(bytes: Buffer, from: number): boolean {
  for (let at = bytes.indexOf(10, from); at >= 0; at = bytes.indexOf(10, at + 1)) {
    if (bytes[at + 1] === 10 || (bytes[at + 1] === 13 && bytes[at + 2] === 10)) return true;
  }
  return false;
}

function refused(what: string): { readonly verdict: 'refused'; readonly reason: string } {
  return { verdict: 'refused', reason: what };
}

function printable(name: string): string {
  return name.slice(0, 253).replaceAll(/[^\x21-\x7e]/g, '?') || 'no host';
}
