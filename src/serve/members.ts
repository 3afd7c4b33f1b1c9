/** Where a value stands in its text: behind its last byte is `to`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/**
 * The members of a JSON object, and where the value of each stands; nothing below them is read. Undefined for what is
 * no object. Only the shape is checked: a value that is no JSON is seen by whoever parses it. Of two members of one
 * name the last counts, as with `JSON.parse`.
 */
export function membersOf(bytes: Buffer): ReadonlyMap<string, Span> | undefined {
  const members = new Map<string, Span>();
  let at = skipBlanks(bytes, 0);
  if (bytes[at] !== openBrace) return undefined;
  at = skipBlanks(bytes, at + 1);
  if (bytes[at] === closeBrace) return endsAt(bytes, at) ? members : undefined;
  for (;;) {
    if (bytes[at] !== quote) return undefined;
    const nameEnd = stringEnd(bytes, at);
    const name = nameEnd === undefined ? undefined : nameOf(bytes, { from: at, to: nameEnd });
    if (nameEnd === undefined || name === undefined) return undefined;
    at = skipBlanks(bytes, nameEnd);
    if (bytes[at] !== colon) return undefined;
    const from = skipBlanks(bytes, at + 1);
    const to = valueEnd(bytes, from);
    if (to === undefined) return undefined;
    members.set(name, { from, to });
    at = skipBlanks(bytes, to);
    if (bytes[at] === closeBrace) return endsAt(bytes, at) ? members : undefined;
    if (bytes[at] !== comma) return undefined;
    at = skipBlanks(bytes, at + 1);
  }
}

/** The same object with one member's value put in place of what was there; added if there was none. */
export function withMember(bytes: Buffer, name: string, value: Buffer): Buffer {
  const members = membersOf(bytes);
  if (members === undefined) throw new Error('expected a JSON object');
  const span = members.get(name);
  if (span !== undefined)
    return Buffer.concat([bytes.subarray(0, span.from), value, bytes.subarray(span.to)]);
  const start = bytes.indexOf(openBrace) + 1;
  const more = members.size === 0 ? '' : ',';
  const member = Buffer.concat([Buffer.from(`${JSON.stringify(name)}:`), value, Buffer.from(more)]);
  return Buffer.concat([bytes.subarray(0, start), member, bytes.subarray(start)]);
}

function endsAt(bytes: Buffer, closing: number): boolean {
  return skipBlanks(bytes, closing + 1) === bytes.length;
}

function skipBlanks(bytes: Buffer, from: number): number {
  let at = from;
  while (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x09) at += 1;
  return at;
}

function nameOf(bytes: Buffer, { from, to }: Span): string | undefined {
  try {
    const name: unknown = JSON.parse(bytes.toString('utf8', from, to));
    return typeof name === 'string' ? name : undefined;
  } catch {
    return undefined;
  }
}

/** Behind the closing quote of the string that opens at `from`; long ones are left to the engine's own search. */
function stringEnd(bytes: Buffer, from: number): number | undefined {
  for (let at = bytes.indexOf(quote, from + 1); at !== -1; at = bytes.indexOf(quote, at + 1)) {
    let slashes = 0;
    while (bytes[at - 1 - slashes] === backslash) slashes += 1;
    if (slashes % 2 === 0) return at + 1;
  }
  return undefined;
}

/** Behind the value that begins at `from`; undefined if it does not end or has no beginning. */
function valueEnd(bytes: Buffer, from: number): number | undefined {
  const first = bytes[from];
  if (first === quote) return stringEnd(bytes, from);
  if (first === openBrace || first === openBracket) return nestedEnd(bytes, from);
  let at = from;
  while (at < bytes.length && !isScalarEnd(bytes[at])) at += 1;
  return at === from ? undefined : at;
}

function nestedEnd(bytes: Buffer, from: number): number | undefined {
  let depth = 0;
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === quote) {
      const end = stringEnd(bytes, at);
      if (end === undefined) return undefined;
      at = end - 1;
    } else if (byte === openBrace || byte === openBracket) depth += 1;
    else if (byte === closeBrace || byte === closeBracket) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return undefined;
}

function isScalarEnd(byte: number | undefined): boolean {
  return (
    byte === comma || byte === closeBrace || byte === closeBracket || (byte !== undefined && byte <= 0x20)
  );
}
