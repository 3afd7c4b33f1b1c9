import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { duplexPair, type Duplex } from 'node:stream';
import type { Attempt } from '../../src/egress/attempt.ts';
import { realDial, type Dial } from '../../src/egress/dial.ts';
import { policyOf } from '../../src/egress/policy.ts';
import { Tunnel } from '../../src/egress/tunnel.ts';
import { rulesOf } from '../../src/egress/rules.ts';
import { FakeRelay } from './fake-relay.ts';

export interface Rigged {
  readonly tunnel: Tunnel;
  readonly relay: FakeRelay;
  readonly attempts: Attempt[];
  /** The launcher's end of the wire, and the relay's. */
  readonly wire: Duplex;
  readonly far: Duplex;
}

/** A tunnel with a fake relay at its other end; the user has allowed `hosts`, which all lead to loopback. */
export async function rig(
  hosts: readonly string[],
  options: {
    readonly dial?: Dial;
    readonly onConnection?: (port: number, stream: Duplex) => void;
    readonly allowLocal?: readonly number[];
  } = {},
): Promise<Rigged> {
  const [wire, far] = duplexPair();
  const attempts: Attempt[] = [];
  const relay = new FakeRelay(far, far, options.onConnection);
  const tunnel = new Tunnel({
    input: wire,
    output: wire,
    policy: policyOf(
      rulesOf({ declared: [], settings: {}, allow: hosts, allowLocal: options.allowLocal ?? [] }),
    ),
    dial: options.dial ?? loopbackDial(),
    onAttempt: (attempt) => attempts.push(attempt),
  });
  await tunnel.ready;
  return { tunnel, relay, attempts, wire, far };
}

/** Every name leads to this machine. */
export function loopbackDial(): Dial {
  return realDial({ lookup: () => Promise.resolve(['127.0.0.1']) });
}

export interface LoopbackServer extends AsyncDisposable {
  readonly port: number;
  readonly sockets: ReadonlySet<Socket>;
}

/** A TCP server on 127.0.0.1; by default an echo that half-closes when its client does. */
export async function tcpServer(
  onSocket: (socket: Socket) => void = (socket) => socket.pipe(socket),
): Promise<LoopbackServer> {
  const sockets = new Set<Socket>();
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Waits until something is true; fails after a minute with what was expected. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 60_000; !holds();) {
    if (Date.now() > end) throw new Error(`not within a minute: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The same numbers for the same seed (mulberry32): a failure can be repeated. */
export function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below) | 0;
  };
}
