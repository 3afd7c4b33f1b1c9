/** The headers of a request, as Node gives them: lower-case names. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** `=?base64?…?=` for what a header can't hold; undefined if that is broken. */
function decodedHeader(value: string): string | undefined {
  const [, base64] = /^=\?base64\?(.*)\?=$/.exec(value) ?? [];
  if (base64 === undefined) return value;
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64) || base64.length % 4 !== 0) return undefined;
  const bytes = Buffer.from(base64, 'base64');
  const text = bytes.toString('utf8');
  return Buffer.from(text).equals(bytes) ? text : undefined;
}

/** What is wrong with a header that has to repeat something of the body; undefined if it does. */
export function headerFault(
  headers: Headers,
  header: string,
  repeats: (found: string) => boolean,
): string | undefined {
  const given = headers[header.toLowerCase()];
  if (typeof given !== 'string') return 'is missing';
  const found = decodedHeader(given.trim());
  if (found === undefined) return 'is no valid Base64';
  return repeats(found) ? undefined : 'is another than in the body';
}
