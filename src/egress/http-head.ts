/**
 * A method as servers know them, in capitals (RFC 9110, 9.1). Any token would do by the letter, but then a protocol that
 * begins with a word and waits would wait for ever.
 */
const token = '[A-Z][A-Z_-]{0,31}';
const requestLine = new RegExp(`^${token} [^\\x00-\\x08\\x0a-\\x1f\\x7f]*HTTP/[0-9]\\.[0-9]\\r?$`);
const possibleLine = new RegExp(`^${token}( [^\\x00-\\x08\\x0a-\\x1f\\x7f]*)?\\r?$`);

/** What the first line of a connection can be, newlines before it left out. */
export type FirstLine = 'http' | 'other' | 'more';

/** Whether these are the first bytes of an HTTP/1 request; `more` while they could be. */
export function firstLineOf(bytes: Buffer): FirstLine {
  const text = bytes.toString('latin1').replace(/^[\r\n]+/, '');
  const end = text.indexOf('\n');
  if (end >= 0) return requestLine.test(text.slice(0, end)) ? 'http' : 'other';
  return text === '' || possibleLine.test(text) ? 'more' : 'other';
}

/** The hosts that a request names: in its target and in its Host lines; `unclear` if readers could differ about them. */
export type RequestHosts =
  | { readonly state: 'named'; readonly hosts: readonly string[] }
  | { readonly state: 'unclear'; readonly what: string };

/** Reads a request's head, whole or cut off (then its last line is left out). */
export function requestHosts(head: Buffer): RequestHosts {
  const text = head.toString('latin1').replace(/^[\r\n]+/, '');
  const lines = text.split(/\r?\n/);
  const [first = '', ...fields] = lines.slice(0, Math.max(1, lines.length - 1));
  const end = fields.indexOf('');
  const header = end < 0 ? fields : fields.slice(0, end);
  if (header.some((line) => /^[ \t]/.test(line))) return unclear('a header line that is continued');
  if (header.some((line) => /[\r\0]/.test(line))) return unclear('a control character in a header');
  const named = header.flatMap((line) => hostLine(line) ?? []);
  const target = hostOfTarget(first);
  const hosts = [...named, ...(target === undefined ? [] : [target])];
  return named.length === 0 ? unclear('a request without Host') : { state: 'named', hosts };
}

function hostLine(line: string): string | undefined {
  const value = /^host[ \t]*:(.*)$/i.exec(line)?.[1];
  return value === undefined ? undefined : hostOf(value.trim());
}

/** Of `GET http://host/ HTTP/1.1` and of `CONNECT host:443 HTTP/1.1`, which both count more than Host. */
function hostOfTarget(line: string): string | undefined {
  const [method, target = ''] = line.split(' ');
  const authority = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#]*@)?([^/?#]*)/i.exec(target)?.[1];
  if (authority !== undefined) return hostOf(authority);
  return method === 'CONNECT' ? hostOf(target) : undefined;
}

/** Without its port. */
function hostOf(authority: string): string {
  return authority.replace(/:[0-9]*$/, '').toLowerCase();
}

function unclear(what: string): RequestHosts {
  return { state: 'unclear', what };
}
