import type { Addresses } from './addresses.ts';
import { attemptOf, type Attempt, type OnAttempt } from './attempt.ts';
import { Channel, type ChannelOwner } from './channel.ts';
import type { Dial, Dialled } from './dial.ts';
import { FirstFlight } from './first-flight.ts';
import { destinationOf, frameOf, type ResetReason } from './frames.ts';
import type { Policy } from './policy.ts';
import { ownMachine } from '../lib/host-rule.ts';

/** Who decides about, and who makes, the connections of a server. */
export interface Egress {
  readonly policy: Policy;
  readonly addresses: Addresses;
  readonly dial: Dial;
  readonly onAttempt: OnAttempt;
}

type Refusal = Pick<Attempt, 'verdict' | 'reason'> & Partial<Pick<Attempt, 'allow' | 'wanted'>>;

/** What the server wants of the relay's OPEN: where it connected to, by the name that was meant. */
export interface Wish {
  readonly id: number;
  readonly name: string;
  readonly port: number;
}

export function wishOf(id: number, payload: Buffer, { addresses, policy }: Egress): Wish {
  const { address, port } = destinationOf(payload);
  const name = addresses.nameOf(address);
  if (name !== undefined) return { id, name, port };
  // What the user has allowed of this machine is what `localhost` means, too: nothing else can listen there.
  const local = address === '127.0.0.1' && policy.forwards(port);
  return { id, name: local ? ownMachine : address, port };
}

/** A wish that is permitted: leads the stream to the host that was meant. */
export function incoming(wish: Wish, owner: ChannelOwner, egress: Egress, onGone: () => void): Channel {
  const { name, port } = wish;
  const started = performance.now();
  const abort = new AbortController();
  const facts: { refusal?: Refusal; address?: string } = {};
  const permission = egress.policy.permits(name, port);
  const names = egress.policy.namesWithin(name, port);
  const channel = new Channel(wish.id, owner, {
    flight: names === 'any' ? undefined : new FirstFlight(names),
    onFlightRefused: ({ reason, name: wanted }) => {
      const rule = wanted === undefined ? 'whose name can not be checked' : 'which its rule does not permit';
      facts.refusal = {
        verdict: 'refused',
        reason: `${reason}, ${rule}`,
        ...(wanted === undefined ? {} : { wanted }),
      };
    },
    onOver: () => abort.abort(),
    onGone: () => {
      const { trouble, ...bytes } = channel.totals;
      const ms = Math.round(performance.now() - started);
      const outcome = {
        verdict: 'permitted',
        reason: trouble,
        ...facts.refusal,
        address: facts.address,
      } as const;
      egress.onAttempt(attemptOf({ what: 'connection', name, port, ms, ...bytes, ...outcome }));
      onGone();
    },
  });
  const refuse = (why: ResetReason, refusal: Refusal): void => {
    facts.refusal = refusal;
    channel.refuse(why);
  };
  const dialled = (result: Dialled): void => {
    if (result.outcome !== 'failed') facts.address = result.address;
    if (result.outcome === 'connected') {
      // A stream that was reset meanwhile gets no OPENED.
      if (!abort.signal.aborted) owner.sink.control(frameOf('opened', wish.id));
      channel.open(result.stream);
    } else if (result.outcome === 'refused')
      refuse('refused', { verdict: 'refused', reason: result.reason, allow: result.allow });
    else refuse('failed', { verdict: 'permitted', reason: result.reason });
  };
  const mode = permission.verdict === 'permitted' ? permission.private : 'refused';
  void egress.dial({ name, port, private: mode, signal: abort.signal }).then(dialled);
  return channel;
}
