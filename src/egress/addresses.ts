import type { HostAddress } from '../engine/engine.ts';
import { ipAddress } from '../lib/ip-address.ts';

/** Names of wildcard rules that one session may look up; a tunnel through names ends here too. */
export const maxFoundNames = 4096;

/** Four bytes of 127.77.0.0/16 for the n-th name, from 0. */
function address(index: number): string {
  const number = index + 1;
  return `127.77.${String(number >> 8)}.${String(number & 255)}`;
}

/** Exact names with their addresses, for the container's /etc/hosts. */
export function hostAddresses(names: readonly string[]): HostAddress[] {
  return names
    .map((name, index) => ({ name, address: address(index) }))
    .filter(({ name }) => ipAddress(name) === undefined);
}

/** Addresses that the user gave, and those that stand for them in the container. */
export function syntheticAddresses(names: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    names.flatMap((name, index) => (ipAddress(name) === undefined ? [] : [[name, address(index)]])),
  );
}

/**
 * Names and the loopback addresses that stand for them inside the container. Exact names have theirs from the start;
 * names of wildcard rules get the next one when they are first asked for, and keep it.
 */
export class Addresses {
  readonly #byName = new Map<string, string>();
  readonly #byAddress = new Map<string, string>();
  readonly #limit: number;

  constructor(names: readonly string[]) {
    for (const name of names) this.#add(name);
    this.#limit = this.#byName.size + maxFoundNames;
  }

  /** The address of a name, allocated if need be; undefined when none are left. */
  addressOf(name: string): string | undefined {
    const known = this.#byName.get(name);
    if (known !== undefined || this.#byName.size >= this.#limit) return known;
    return this.#add(name);
  }

  nameOf(where: string): string | undefined {
    return this.#byAddress.get(where);
  }

  #add(name: string): string {
    const where = address(this.#byName.size);
    this.#byName.set(name, where);
    this.#byAddress.set(where, name);
    return where;
  }
}
