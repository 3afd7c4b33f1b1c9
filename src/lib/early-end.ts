/**
 * The character of an unencoded password that ends the host's part of an address early, where an `@` behind it speaks
 * for one: `http://ada:12/x@proxy` would be the host `ada` (RFC 3986, 3.2). Undefined for an address that can be read in
 * one way only.
 */
export function earlyEnd(address: string): string | undefined {
  const [, authority = '', found] =
    /^([^/?#\\]*)([/?#\\]).*@/s.exec(address.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')) ?? [];
  return found === '\\' || /[:@]/.test(authority) ? found : undefined;
}

/** For messages: what was found, and what to write. */
export function earlyEndText(found: string): string {
  return `found "${found}" before its last "@"; in a user name or password it is written ${encodeURIComponent(found)}`;
}
