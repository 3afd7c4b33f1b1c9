import { BlockList, isIP } from 'node:net';
import { ipv6Groups } from './ipv6.ts';

/** Why an address is not dialled. `allowable`: the user may allow the very host that leads there. */
export interface AddressRefusal {
  readonly what: string;
  readonly allowable: boolean;
}

type Class = readonly [what: string, allowable: boolean, ...subnets: string[]];

/** IANA special-purpose registries (RFC 6890) and the metadata services of clouds; the first that fits counts. */
const classes: readonly Class[] = [
  ['the metadata service of a cloud', false, '169.254.169.254/32', '169.254.170.0/24', '168.63.129.16/32'],
  ['the metadata service of a cloud', false, '100.100.100.200/32', 'fd00:ec2::/32', 'fd20:ce::254/128'],
  ['the metadata service of a cloud', false, 'fd00:42::42/128'],
  // Nobody needs them, and each cloud puts its services there: none is ever allowed.
  ['a link-local address', false, '169.254.0.0/16'],
  ['a link-local address', true, 'fe80::/10'],
  ['no address', false, '0.0.0.0/8', '::/128'],
  ['a loopback address', true, '127.0.0.0/8', '::1/128'],
  ['a private address', true, '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7', 'fec0::/10'],
  ['a carrier-grade NAT address', true, '100.64.0.0/10'],
  ['a benchmarking address', true, '198.18.0.0/15', '2001:2::/48'],
  ['a documentation address', true, '192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24'],
  ['a documentation address', true, '2001:db8::/32', '3fff::/20'],
  ['a multicast address', false, '224.0.0.0/4', 'ff00::/8'],
  ['a tunnel address', false, '192.88.99.0/24', '2002::/16', '2001::/32', '64:ff9b:1::/48'],
  ['a reserved address', false, '192.0.0.0/24', '192.31.196.0/24', '192.52.193.0/24', '192.175.48.0/24'],
  ['a reserved address', false, '240.0.0.0/4', '2001::/23', '100::/64'],
];

interface Lists {
  readonly refused: readonly (AddressRefusal & { readonly list: BlockList })[];
  /** All that IANA has given out for use on the internet; what lies outside is refused unseen. */
  readonly globalUnicast: BlockList;
}

let made: Lists | undefined;

/** Made for the first address: Node takes milliseconds for them, and a server without network never asks. */
function lists(): Lists {
  return (made ??= {
    refused: classes.map(([what, allowable, ...subnets]) => ({ what, allowable, list: listOf(subnets) })),
    globalUnicast: listOf(['2000::/3']),
  });
}

function listOf(subnets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [network = '', bits] = subnet.split('/');
    list.addSubnet(network, Number(bits), isIP(network) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

/** Why a resolved address may not be dialled; undefined if it is one of the public internet. */
export function refusalOf(address: string): AddressRefusal | undefined {
  const version = isIP(address);
  if (version === 4) return classOf(address, 'ipv4');
  // With a zone (fe80::1%eth0) it means an interface of this machine.
  if (version !== 6 || address.includes('%')) return { what: 'no plain IP address', allowable: false };
  const embedded = embeddedIpv4(ipv6Groups(address));
  if (embedded !== undefined) return refusalOf(embedded);
  return (
    classOf(address, 'ipv6') ??
    (lists().globalUnicast.check(address, 'ipv6')
      ? undefined
      : { what: 'a reserved address', allowable: false })
  );
}

function classOf(address: string, family: 'ipv4' | 'ipv6'): AddressRefusal | undefined {
  const found = lists().refused.find(({ list }) => list.check(address, family));
  return found === undefined ? undefined : { what: found.what, allowable: found.allowable };
}

/** The IPv4 address that IPv4-mapped (::ffff:0:0/96) and NAT64 (64:ff9b::/96) addresses lead to. */
function embeddedIpv4(groups: readonly number[]): string | undefined {
  const prefix = groups.slice(0, 6).join();
  if (prefix !== '0,0,0,0,0,65535' && prefix !== '100,65435,0,0,0,0') return undefined;
  return groups
    .slice(6)
    .flatMap((group) => [group >> 8, group & 255])
    .join('.');
}
