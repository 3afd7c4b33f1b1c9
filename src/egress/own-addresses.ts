import { BlockList, isIP } from 'node:net';
import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os';
import type { AddressRefusal } from './public-address.ts';

/** The addresses of a machine's interfaces, by name: what `os.networkInterfaces` answers. */
export type Interfaces = Readonly<
  Record<string, readonly Pick<NetworkInterfaceInfo, 'address' | 'cidr'>[] | undefined>
>;

/** Milliseconds for which the list of interfaces is believed: it is asked for at every connection. */
const believed = 1000;
/** A shorter prefix is a route (VPNs write /0 and /1), and no network whose machines are neighbours. */
const minPrefix = { 4: 8, 6: 32 } as const;

/**
 * Refuses what the special-purpose registries can't know: this machine's own addresses, public ones included, and those
 * on its own networks (on-link). Services there take a caller from this machine for a friend.
 */
export class OwnAddresses {
  readonly #interfaces: () => Interfaces;
  #read = Number.NEGATIVE_INFINITY;
  #own = new BlockList();
  #links = new BlockList();

  constructor(interfaces: () => Interfaces = networkInterfaces) {
    this.#interfaces = interfaces;
  }

  refusalOf(address: string): AddressRefusal | undefined {
    const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
    this.#refresh();
    if (this.#own.check(address, family)) return { what: 'an address of this machine', allowable: true };
    if (this.#links.check(address, family)) return { what: 'an address on its own network', allowable: true };
    return undefined;
  }

  #refresh(): void {
    const now = performance.now();
    if (now - this.#read < believed) return;
    this.#read = now;
    this.#own = new BlockList();
    this.#links = new BlockList();
    for (const { address, cidr } of Object.values(this.#interfaces()).flatMap((list) => list ?? []))
      this.#add(address.replace(/%.*$/, ''), cidr);
  }

  #add(address: string, cidr: string | null): void {
    const version = isIP(address);
    if (version !== 4 && version !== 6) return;
    const family = version === 4 ? 'ipv4' : 'ipv6';
    this.#own.addAddress(address, family);
    const prefix = Number(cidr?.split('/')[1]);
    if (prefix >= minPrefix[version]) this.#links.addSubnet(address, prefix, family);
  }
}
