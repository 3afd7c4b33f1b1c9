import type { OnAttempt } from '../egress/attempt.ts';
import type { Dial } from '../egress/dial.ts';
import { policyOf, type Policy } from '../egress/policy.ts';
import type { Tunnel } from '../egress/tunnel.ts';
import type { Engine } from '../engine/engine.ts';
import { messageOf } from '../lib/errors.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { hasTunnel } from '../sandbox/settings.ts';
import { heartbeatOf, holdLease, type LeaseRequest } from './lease.ts';

export interface SideChannelRequest extends LeaseRequest {
  readonly engine: Pick<Engine, 'endpoint' | 'exec' | 'inspectContainer'>;
  readonly sandbox: Pick<Sandbox, 'network' | 'http'>;
  readonly dial: () => Promise<Dial>;
  readonly onAttempt: OnAttempt;
  /** Instead of the one of the sandbox's rules. */
  readonly policy?: Policy | undefined;
  /** The end of the server has been asked for: what ends with it is no news. */
  readonly isEnding: () => boolean;
  /** The tunnel has ended before the server has; it goes on without network. */
  readonly onTunnelClosed: (message: string) => void;
  /** Milliseconds until the relay must listen. */
  readonly tunnelMs: number;
}

export interface SideChannel {
  /** Undefined where the sandbox asks for none, or it was let go before; rejects if it could not be opened. */
  readonly tunnel: Promise<Tunnel | undefined>;
  release(): void;
}

/** Milliseconds that a busy engine may take to tell that a container has ended. */
const settlingMs = 1000;

/**
 * What a session holds into the container beside the server's own streams. With permitted hosts that is the tunnel,
 * opened at once because the server may want it at once, and its stdin is the second lease; else the lease alone.
 */
export function holdSideChannel(request: SideChannelRequest): SideChannel {
  if (!hasTunnel(request.sandbox)) {
    const lease = holdLease(request);
    return { tunnel: Promise.resolve(undefined), release: () => lease.release() };
  }
  const state: TunnelState = { released: false, release: () => undefined };
  const opening = open(request);
  void watch(request, { opening, state }).catch((error: unknown) => {
    if (!state.released) request.onLost(messageOf(error));
  });
  return {
    tunnel: opening,
    release: () => {
      state.released = true;
      state.release();
    },
  };
}

interface TunnelState {
  released: boolean;
  release: () => void;
}

async function watch(
  request: SideChannelRequest,
  { opening, state }: { readonly opening: Promise<Tunnel>; readonly state: TunnelState },
): Promise<void> {
  const tunnel = await opening;
  if (state.released) return tunnel.close();
  state.release = () => tunnel.close();
  const { kind, message } = await tunnel.ended;
  if (kind === 'session-ended' && (await endsToo(request, state))) return;
  if (state.released) return;
  // The client reaches a server that speaks HTTP over the tunnel, so nothing goes on without it.
  if (request.sandbox.http !== undefined) return request.onLost(`its tunnel is closed: ${message}`);
  request.onTunnelClosed(message);
  // A relay that broke the protocol still holds the lease; one that is gone does not.
  if (kind === 'protocol') return;
  const lease = holdLease({ ...request, moment: Promise.resolve() });
  state.release = () => lease.release();
}

/** A server that ends takes its relay with it, a moment before the engine says so; a busy engine takes its time. */
async function endsToo({ engine, id, isEnding }: SideChannelRequest, state: TunnelState): Promise<boolean> {
  await new Promise((resolve) => setTimeout(resolve, settlingMs).unref());
  if (state.released || isEnding()) return true;
  // Whoever waits for the end of the container hears of an engine that is gone.
  const facts = await engine.inspectContainer(id).catch(() => undefined);
  return facts?.state !== 'running' || isEnding();
}

async function open(request: SideChannelRequest): Promise<Tunnel> {
  const {
    engine,
    id,
    init,
    sandbox,
    dial,
    onAttempt,
    policy = policyOf(sandbox.network),
    tunnelMs,
  } = request;
  const [{ openTunnel }, dialer] = await Promise.all([import('../egress/open-tunnel.ts'), dial()]);
  return openTunnel({
    engine,
    id,
    init,
    policy,
    dial: dialer,
    onAttempt,
    heartbeat: heartbeatOf(engine),
    deadline: tunnelMs,
  });
}
