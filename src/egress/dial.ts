import type { Duplex } from 'node:stream';
import { messageOf } from '../lib/errors.ts';
import { ownMachine } from '../lib/host-rule.ts';
import { ipAddress } from '../lib/ip-address.ts';
import { proxyFor, type NetworkSettings } from '../lib/proxy.ts';
import { connectFirst, type Connected } from './connect-first.ts';
import { connectThrough } from './connect-proxy.ts';
import { OwnAddresses, type Interfaces } from './own-addresses.ts';
import { refusalOf, type AddressRefusal } from './public-address.ts';
import { Resolver, type Lookup } from './resolver.ts';

export interface DialRequest {
  readonly name: string;
  readonly port: number;
  /** `allowed` only if the user allowed this very host: then it may be on a private network. */
  readonly private: 'allowed' | 'refused';
  /** Aborted when the container has lost interest. */
  readonly signal: AbortSignal;
}

/** How a dial went; findings, not errors: the tunnel tells the server and the log. `address` is what was dialled. */
export type Dialled =
  | { readonly outcome: 'connected'; readonly stream: Duplex; readonly address: string }
  | {
      readonly outcome: 'refused';
      readonly reason: string;
      readonly address: string;
      /** What the user would have to allow for it, if anything helps. */
      readonly allow?: string;
    }
  | { readonly outcome: 'failed'; readonly reason: string };

/** Connects to a permitted host; never rejects. The stream must allow half-open connections. */
export type Dial = (request: DialRequest) => Promise<Dialled>;

export interface DialOptions {
  /** All addresses of a name; the system's resolver by default. */
  readonly lookup?: Lookup;
  /** Milliseconds for resolution and connection together. */
  readonly deadline?: number;
  /** Milliseconds before the next address is tried beside the one that does not answer. */
  readonly stagger?: number;
  /** This machine's interfaces; the system's by default. */
  readonly interfaces?: () => Interfaces;
  /** How hosts outside are reached; directly by default. */
  readonly network?: NetworkSettings | undefined;
}

const defaults = { deadline: 10_000, stagger: 250 };

/**
 * A dial over the real network. Every address of the name is checked before the first is tried, and the connection
 * goes to a checked address, so a name can't change its meaning in between.
 */
export function realDial(options: DialOptions = {}): Dial {
  const { deadline, stagger } = { ...defaults, ...options };
  const resolver = new Resolver(options.lookup);
  const own = new OwnAddresses(options.interfaces);
  const judge = (address: string): AddressRefusal | undefined => refusalOf(address) ?? own.refusalOf(address);
  return async (request) => {
    const signal = AbortSignal.any([request.signal, AbortSignal.timeout(deadline)]);
    const proxy = proxyOf(request, options.network);
    try {
      // Behind a proxy this machine may know no name of the internet, and the proxy does: then that has to do.
      const resolving = addressesOf(request, resolver, signal);
      const found = await (proxy === undefined ? resolving : resolving.catch(() => []));
      const refused = firstRefusal(request, found, judge);
      if (refused !== undefined) return refused;
      const outside = found.every((address) => judge(address) === undefined);
      if (proxy !== undefined && outside) return await throughProxy(request, proxy, signal);
      return arrived(request, await connectFirst(found, { port: request.port, stagger, signal }));
    } catch (error) {
      return { outcome: 'failed', reason: reasonOf(error, { request, signal, deadline }) };
    }
  };
}

/** The user's machine is never beyond a proxy. */
function proxyOf({ name, port }: DialRequest, network: NetworkSettings | undefined): URL | undefined {
  if (network === undefined || name === ownMachine) return undefined;
  return proxyFor(network, { host: name, port });
}

async function throughProxy({ name, port }: DialRequest, proxy: URL, signal: AbortSignal): Promise<Dialled> {
  const stream = await connectThrough({ proxy, host: name, port, signal });
  return { outcome: 'connected', stream, address: `proxy ${proxy.host}` };
}

async function addressesOf(
  { name }: DialRequest,
  resolver: Resolver,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (name === ownMachine) return ['127.0.0.1', '::1'];
  const address = ipAddress(name);
  return address === undefined ? resolver.resolve(name, signal) : [address];
}

/** One bad address among good ones condemns the name: that is how rebinding looks. */
function firstRefusal(
  request: DialRequest,
  found: readonly string[],
  judge: (address: string) => AddressRefusal | undefined,
): Dialled | undefined {
  for (const address of found) {
    const refusal = judge(address);
    if (refusal === undefined || (refusal.allowable && request.private === 'allowed')) continue;
    return refusedFor(request, address, refusal);
  }
  return undefined;
}

function refusedFor({ name, port }: DialRequest, address: string, refusal: AddressRefusal): Dialled {
  const allow = port === 443 ? name : `${name}:${String(port)}`;
  return {
    outcome: 'refused',
    reason: `it leads to ${address}, ${refusal.what}`,
    address,
    ...(refusal.allowable ? { allow } : {}),
  };
}

/**
 * Looks again at the connection itself: one whose two ends are the same address has not left this machine, whatever the
 * list of interfaces said (an address that came a moment ago, a rule of the kernel that leads elsewhere).
 */
function arrived(request: DialRequest, connected: Connected): Dialled {
  const { localAddress, remoteAddress } = connected.stream;
  const itself = localAddress !== undefined && localAddress === remoteAddress;
  if (!itself || request.private === 'allowed') return { outcome: 'connected', ...connected };
  connected.stream.on('error', () => undefined).destroy();
  const refusal = { what: 'an address of this machine', allowable: true };
  return refusedFor(request, connected.address, refusal);
}

function reasonOf(
  error: unknown,
  { request, signal, deadline }: { request: DialRequest; signal: AbortSignal; deadline: number },
): string {
  if (request.signal.aborted) return 'the server gave up';
  return signal.aborted ? `no connection within ${String(deadline)} ms` : messageOf(error);
}
