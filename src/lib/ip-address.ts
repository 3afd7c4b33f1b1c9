import { isIPv4, isIPv6 } from 'node:net';

/**
 * An IP address as everybody reads it, in one spelling: four decimal numbers, or IPv6 (RFC 5952, with or without
 * brackets), without zone. Undefined for all else, also for what only some take for an address (`127.1`, `0x7f.1`).
 */
export function ipAddress(text: string): string | undefined {
  if (isIPv4(text)) return text;
  if (!text.includes(':')) return undefined;
  const inner = /^\[(.*)\]$/.exec(text)?.[1] ?? text;
  if (!isIPv6(inner) || inner.includes('%')) return undefined;
  return new URL(`http://[${inner}]`).hostname.slice(1, -1);
}

/** A URL's host as a connection takes it: an IPv6 address stands in brackets in a URL, and without them there. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

/** With brackets where a port may follow. */
export function addressText(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
