import type { Attempt } from '../egress/attempt.ts';
import { policyOf } from '../egress/policy.ts';
import type { Road } from '../egress/road.ts';
import { messageOf } from '../lib/errors.ts';
import type { PermittedRule } from '../egress/rules.ts';
import { heartbeatOf, holdLease, type LeaseRequest } from './lease.ts';

export interface LifelineRequest extends LeaseRequest {
  /** Empty: no road. */
  readonly network: readonly PermittedRule[];
  readonly onAttempt: (attempt: Attempt) => void;
  /** The road has ended before the server has; it goes on without network. */
  readonly onRoadClosed: (message: string) => void;
  /** The client reaches the server over the road: so there is one in any case, and nothing goes on without it. */
  readonly onRoad?: ((road: Road) => void) | undefined;
}

/** Milliseconds; a busy engine may take its time over an exec, and over telling that a container has ended. */
const opening = 15_000;
const settling = 1000;

/**
 * What the launcher holds into the container beside the server's own streams. With permitted hosts that is the road,
 * opened at once because the server may want it at once, and its stdin is the second lease; else the lease alone.
 */
export function holdLifeline(request: LifelineRequest): { release(): void } {
  if (request.network.length === 0 && request.onRoad === undefined) return holdLease(request);
  const state: RoadState = { released: false, release: () => undefined };
  void travel(request, state).catch((error: unknown) => {
    if (!state.released) request.onLost(messageOf(error));
  });
  return {
    release: () => {
      state.released = true;
      state.release();
    },
  };
}

interface RoadState {
  released: boolean;
  release: () => void;
}

async function travel(request: LifelineRequest, state: RoadState): Promise<void> {
  const road = await open(request);
  if (state.released) return road.close();
  state.release = () => road.close();
  request.onRoad?.(road);
  const { kind, message } = await road.ended;
  // A server that ends takes its relay with it, a moment before the engine says so.
  if (kind === 'session-ended') await new Promise((resolve) => setTimeout(resolve, settling).unref());
  if (state.released) return;
  if (request.onRoad !== undefined) return request.onLost(`its road is closed: ${message}`);
  request.onRoadClosed(message);
  // A relay that broke the protocol still holds the lease; one that is gone does not.
  if (kind === 'protocol') return;
  const lease = holdLease({ ...request, moment: Promise.resolve() });
  state.release = () => lease.release();
}

async function open({ engine, id, network, onAttempt }: LifelineRequest): Promise<Road> {
  const [{ openRoad }, { realDial }] = await Promise.all([
    import('../egress/open-road.ts'),
    import('../egress/dial.ts'),
  ]);
  const policy = policyOf(network);
  return openRoad({
    engine,
    id,
    policy,
    dial: realDial(),
    onAttempt,
    heartbeat: heartbeatOf(engine),
    deadline: opening,
  });
}
