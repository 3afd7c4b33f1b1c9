import { lookup as systemLookup } from 'node:dns/promises';
import { hostsFile } from './hosts-file.ts';
import { codeOf } from '../lib/error-code.ts';
import { messageOf } from '../lib/errors.ts';
import { unlessAborted } from '../lib/unless-aborted.ts';

/** All addresses of a name, IPv4 and IPv6, in the order of preference. */
export type Lookup = (name: string) => Promise<readonly string[]>;

/** getaddrinfo can't be cancelled and shares four threads with the file system: no queue of thousands behind it. */
const maxPendingLookups = 64;
/** More addresses than anyone waits for. */
const maxAddresses = 16;

/** Resolves names, the same name once at a time. */
export class Resolver {
  readonly #lookup: Lookup;
  readonly #pending = new Map<string, Promise<readonly string[]>>();

  constructor(lookup: Lookup = systemAddresses()) {
    this.#lookup = lookup;
  }

  /** Rejects with a line for the log, or when the signal is aborted first. */
  async resolve(name: string, signal: AbortSignal): Promise<readonly string[]> {
    signal.throwIfAborted();
    return unlessAborted(this.#shared(name), signal);
  }

  #shared(name: string): Promise<readonly string[]> {
    const pending = this.#pending.get(name);
    if (pending !== undefined) return pending;
    if (this.#pending.size >= maxPendingLookups)
      return Promise.reject(new Error('too many names are being resolved'));
    const started = this.#start(name).finally(() => this.#pending.delete(name));
    // Nobody may be waiting any more when it fails.
    started.catch(() => undefined);
    this.#pending.set(name, started);
    return started;
  }

  async #start(name: string): Promise<readonly string[]> {
    const found = await this.#lookup(name).catch((error: unknown) => {
      throw new Error(`the name does not resolve (${codeOrMessage(error)})`, { cause: error });
    });
    if (found.length === 0) throw new Error('the name does not resolve (no address)');
    return found.slice(0, maxAddresses);
  }
}

/**
 * The name and no other: with a dot at its end it is absolute, or `api.example.com` could be `api.example.com.corp.lan`
 * where the machine's search list says so (resolv.conf(5), ndots).
 */
function systemAddresses(): Lookup {
  const hosts = hostsFile();
  return async (name) => {
    const listed = hosts(name);
    if (listed.length > 0) return listed;
    const found = await systemLookup(`${name}.`, { all: true });
    return found.map(({ address }) => address);
  };
}

/** `ENOTFOUND`, `ECONNREFUSED` …; the rest of such messages repeats what the log says already. */
export function codeOrMessage(error: unknown): string {
  return codeOf(error) ?? messageOf(error);
}
