import { isHostName, ownMachine } from '../lib/host-rule.ts';
import { addressText, ipAddress } from '../lib/ip-address.ts';
import { attemptOf, type Attempt } from './attempt.ts';
import type { Policy } from './policy.ts';
import { refusalOf } from './public-address.ts';
import { allowText, meansOwnMachine } from './user-address.ts';

/** What an ATTEMPT frame tells, byte for byte (src/init/attempts.h). */
const kinds = { name: 1, ipv4: 4, ipv6: 6 } as const;

interface Known {
  readonly policy: Pick<Policy, 'permits'>;
  /** The name for which a synthetic address stands. */
  readonly nameOf: (address: string) => string | undefined;
  /** The synthetic address of an address that the user gave. */
  readonly standsFor: (address: string) => string | undefined;
}

/**
 * What ended inside the container, as process 1 saw it: with no effect but a line for the user. Undefined where there
 * is nothing to say, or where it can't be read: all of it comes from the container.
 */
export function attemptOfReport(payload: Buffer, known: Known): Attempt | undefined {
  const [kind] = payload;
  const number = payload.readUInt16BE(1);
  const rest = payload.subarray(3);
  if (kind === kinds.name && rest.length > 0) return unasked(rest.toString('latin1'));
  if (kind === kinds.ipv4 && rest.length === 4) return ended([...rest].join('.'), number, known);
  if (kind !== kinds.ipv6 || rest.length !== 16) return undefined;
  const groups = Array.from({ length: 8 }, (_, index) => rest.readUInt16BE(2 * index).toString(16));
  return ended(ipAddress(groups.join(':')) ?? '', number, known);
}

/** A server without any permitted host: its names are answered by process 1. */
function unasked(name: string): Attempt {
  return refusedName(name, 'it has no network');
}

function ended(address: string, port: number, known: Known): Attempt | undefined {
  const name = known.nameOf(address);
  const connection = { what: 'connection', port, verdict: 'refused' } as const;
  if (name !== undefined) {
    const permission = known.policy.permits(name, port);
    if (permission.verdict === 'permitted') return undefined;
    return refusedPort({ name, port, reason: permission.reason });
  }
  if (address === '::' || address === '0.0.0.0' || meansOwnMachine(address)) return itself(port);
  const stands = known.standsFor(address);
  const reason =
    stands === undefined
      ? 'servers reach hosts by name, not by address'
      : `inside the container ${stands} stands for it: give the server that`;
  const allowable = stands === undefined && refusalOf(address)?.allowable !== false;
  const allow = allowable ? allowText(address, port) : undefined;
  return attemptOf({ ...connection, name: addressText(address), reason, allow });
}

function itself(port: number): Attempt {
  return attemptOf({
    what: 'connection',
    name: 'localhost',
    port,
    verdict: 'refused',
    reason: `nothing listens there in its container; this machine is ${ownMachine}`,
    allow: allowText(ownMachine, port),
  });
}

/** What a name in the container means: other engines' names for the machine itself are ours, too. */
export function hostMeant(name: string): string {
  return name.endsWith('.internal') && meansOwnMachine(name) ? ownMachine : name;
}

/** A name that was asked for in vain. */
export function refusedName(name: string, reason = 'the name is not permitted'): Attempt {
  return attemptOf({ what: 'lookup', name, verdict: 'refused', reason, allow: hostToAllow(name) });
}

interface RefusedPort {
  readonly name: string;
  readonly port: number;
  readonly reason: string;
  /** Too many at once: nothing to allow. */
  readonly limit?: boolean;
}

/** A connection that was not made. */
export function refusedPort({ name, port, reason, limit = false }: RefusedPort): Attempt {
  const host = limit ? undefined : hostToAllow(name);
  const allow = host === undefined ? undefined : allowText(host, port);
  return attemptOf({ what: 'connection', name, port, verdict: 'refused', reason, allow });
}

/** What the user would have to allow; undefined for what no rule can hold. */
function hostToAllow(name: string): string | undefined {
  if (meansOwnMachine(name)) return ownMachine;
  return isHostName(name) ? name : undefined;
}
