import { isIP } from 'node:net';
import { McpcatError } from '../lib/errors.ts';
import { addressText } from '../lib/ip-address.ts';
import { isLoopback } from '../lib/loopback.ts';

/** Where to listen. */
export interface ListenAddress {
  /** An IP address without brackets, or `localhost`. */
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

/** `PORT`, `HOST:PORT` or `[IPv6]:PORT`; loopback unless a host is named, any free port if the text is empty. */
export function listenAddress(text: string): ListenAddress {
  const [, bracketed, plain, digits] = /^(?:(?:\[([^\]]+)\]|([^:[\]]+)):)?(\d{1,5})$/.exec(text || '0') ?? [];
  const host = bracketed ?? plain ?? '127.0.0.1';
  const port = Number(digits);
  const known = bracketed === undefined ? host === 'localhost' || isIP(host) === 4 : isIP(host) === 6;
  if (known && port <= 65_535) return { host, port };
  throw new McpcatError('usage', `expected PORT, ADDRESS:PORT or [ADDRESS]:PORT, found "${text}"`, {
    hint: 'an address of this machine, such as 127.0.0.1:8080; 0.0.0.0 is every one of them',
  });
}

/** Whether only this machine reaches it. */
export function isOnLoopback({ host }: ListenAddress): boolean {
  return isLoopback(addressText(host));
}

/** `HOST:PORT`, as it stands in an address of a page. */
export function hostAndPort({ host, port }: ListenAddress): string {
  return `${addressText(host)}:${String(port)}`;
}
