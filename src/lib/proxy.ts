import { BlockList, isIP } from 'node:net';
import { earlyEnd, earlyEndText } from './early-end.ts';
import { McpcatError } from './errors.ts';
import { ipAddress } from './ip-address.ts';

/** How this machine's network is left: for what mcpcat fetches, and for what the tunnel dials. */
export interface NetworkSettings {
  /** An `http:` or `https:` address, with user and password if need be. Undefined: there is none. */
  readonly proxy?: string | undefined;
  /** Hosts that are reached without it: `host`, `.suffix`, `*.suffix`, `host:port`, addresses, ranges, or `*`. */
  readonly noProxy?: readonly string[] | undefined;
  /** A file with further certificates of authorities, in PEM. */
  readonly ca?: string | undefined;
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * What the environment says, in the words of curl and many others; capitals and small letters. Of NODE_EXTRA_CA_CERTS
 * Node itself takes care.
 */
export function networkFromEnvironment(env: Env): NetworkSettings {
  const first = (...names: readonly string[]): string | undefined =>
    names.map((name) => env[name]?.trim()).find((value) => value !== undefined && value !== '');
  const noProxy = first('no_proxy', 'NO_PROXY');
  return {
    proxy: first('https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY', 'http_proxy', 'HTTP_PROXY'),
    noProxy: noProxy?.split(/[\s,]+/).filter((item) => item !== ''),
  };
}

/** A proxy's address. Throws `usage` for what is none; the text may hold a password and is not repeated. */
export function parseProxy(text: string, what: string): URL {
  const early = earlyEnd(text);
  if (early !== undefined) throw new McpcatError('usage', `${what}: ${earlyEndText(early)}`);
  const url = URL.canParse(text.includes('://') ? text : `http://${text}`)
    ? new URL(text.includes('://') ? text : `http://${text}`)
    : undefined;
  const known = url?.protocol === 'http:' || url?.protocol === 'https:';
  if (url !== undefined && known && url.hostname !== '') return url;
  const found = url === undefined || known ? 'something else' : `the scheme ${url.protocol.slice(0, -1)}`;
  throw new McpcatError('usage', `${what}: expected http://[USER:PASSWORD@]HOST[:PORT], found ${found}`);
}

export interface Destination {
  /** A name or an address. */
  readonly host: string;
  readonly port: number;
}

/** The proxy through which a host is reached, if one is. */
export function proxyFor({ proxy, noProxy = [] }: NetworkSettings, to: Destination): URL | undefined {
  if (proxy === undefined || noProxy.some((item) => covers(item.toLowerCase(), to))) return undefined;
  return parseProxy(proxy, 'proxy');
}

function covers(item: string, { host, port }: Destination): boolean {
  if (item === '*') return true;
  if (item.includes('/')) return inRange(item, host);
  const address = ipAddress(item);
  if (address !== undefined) return ipAddress(host) === address;
  const [, name = item, portText] = /^(.*?)(?::(\d+))?$/.exec(item) ?? [];
  if (portText !== undefined && Number(portText) !== port) return false;
  const plain = ipAddress(name);
  if (plain !== undefined) return ipAddress(host) === plain;
  // A name stands for what is below it as well: so curl, Go and Python read it.
  const suffix = name.replace(/^\*?\./, '');
  return host === suffix || host.endsWith(`.${suffix}`);
}

function inRange(range: string, host: string): boolean {
  const [network = '', bits = ''] = range.split('/');
  const [of, address] = [isIP(network), ipAddress(host)];
  if (of === 0 || address === undefined || isIP(address) !== of || !/^\d{1,3}$/.test(bits)) return false;
  const family = of === 4 ? 'ipv4' : 'ipv6';
  if (Number(bits) > (of === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(bits), family);
  return list.check(address, family);
}
