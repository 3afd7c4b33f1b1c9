/**
 * What a server tried, once it is over. A name that was asked for has no port; a connection that was permitted and
 * did not come about has a reason and no bytes. Everything in it comes from the container: names are made printable.
 */
export interface Attempt {
  readonly what: 'lookup' | 'connection';
  readonly name: string;
  readonly port: number | undefined;
  readonly verdict: 'permitted' | 'refused';
  readonly reason: string | undefined;
  /** The host that the user would have to allow for it, if that helps. */
  readonly allow: string | undefined;
  /** The name inside TLS or HTTP, where that is why it was refused; printable. */
  readonly wanted?: string;
  /** The IP address that was dialled, or that was the reason to refuse. */
  readonly address: string | undefined;
  /** Into the container. */
  readonly bytesIn: number;
  /** Out of the container. */
  readonly bytesOut: number;
  readonly ms: number;
}

/** Called for every attempt, also in a flood: a renderer limits what it prints. */
export type OnAttempt = (attempt: Attempt) => void;

const nothing = {
  port: undefined,
  reason: undefined,
  allow: undefined,
  address: undefined,
  bytesIn: 0,
  bytesOut: 0,
  ms: 0,
};

export function attemptOf(facts: Pick<Attempt, 'what' | 'name' | 'verdict'> & Partial<Attempt>): Attempt {
  const { wanted } = facts;
  const attempt = { ...nothing, ...facts, name: printable(facts.name) };
  return wanted === undefined ? attempt : { ...attempt, wanted: printable(wanted) };
}

const unprintable = /[^\x21-\x7e]/;

function printable(name: string): string {
  return unprintable.test(name) ? name.replaceAll(/[^\x21-\x7e]/g, '?') : name;
}
