const members = /^[\s\uFEFF]*(?:\[\s*)?\{\s*"(jsonrpc|id|method|params|result|error)"\s*:/;

/** A piece of bytes: a line, or what is known of one. */
export interface Piece {
  readonly bytes: Buffer;
  readonly from: number;
  /** Behind the last byte. */
  readonly to: number;
}

/**
 * Whether a line is a JSON-RPC message, or a batch of them (JSON-RPC 2.0, sections 4 to 6; MCP "stdio"): it parses, and
 * every object in it says `"jsonrpc": "2.0"`. Other JSON (a logger's) is no message. A line that begins and ends as the
 * SDKs write messages is taken for one without being parsed, which would cost more than all else that is done with it
 * (docs/decisions/0033).
 */
export function isMessageLine({ bytes, from: begin, to }: Piece): boolean {
  const from = skipped(bytes, { from: afterByteOrderMark(bytes, begin), to });
  const last = lastVisible(bytes, { from, to });
  const opening = bytes[from];
  if (opening !== brace && opening !== bracket) return false;
  // Noise is told by how it begins and ends (`[INFO] …`, `{'a': 1}`): a parser that throws is slow.
  if (bytes[last] !== opening + closes) return false;
  const second = bytes[skipped(bytes, { from: from + 1, to })];
  if (second !== (opening === brace ? quote : brace)) return false;
  const line = { bytes, from, to: last + 1 };
  if (opening === brace && isAsWritten(line)) return true;
  if (bytes.indexOf('"jsonrpc"', from, 'latin1') > last) return false;
  return parses(line);
}

/** The beginning of a line that is too long to be held: by its first member. */
export function beginsAsMessage(line: Buffer): boolean {
  return members.test(line.subarray(0, 256).toString('utf8'));
}

function parses({ bytes, from, to }: Piece): boolean {
  try {
    // As Latin-1 it is the same JSON and read in less time; only its shape counts here.
    return isMessageOrBatch(JSON.parse(bytes.toString('latin1', from, to)));
  } catch {
    return false;
  }
}

function isMessageOrBatch(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 && value.every(isMessage) : isMessage(value);
}

function isMessage(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Reflect.get(value, 'jsonrpc') === '2.0';
}

/** Those of Python, Go, Rust, C#, Java and Kotlin begin so. */
const version = Buffer.from('{"jsonrpc":"2.0","');
/** That of TypeScript puts the version behind what its caller wrote. */
const typeScriptHead = /^\{"(?:method|result|error)":/;
const typeScriptTail = /[}\]"\w],"jsonrpc":"2\.0"(?:,"id":(?:\d{1,16}|"[^"\\]{1,40}"))?\}$/;

function isAsWritten(line: Piece): boolean {
  const { bytes, from, to } = line;
  if (beginsAsWritten(line)) return true;
  return (
    typeScriptHead.test(bytes.toString('latin1', from, from + 11)) &&
    typeScriptTail.test(bytes.toString('latin1', Math.max(from, to - 80), to))
  );
}

/** Whether it begins as most SDKs write messages, to the byte. */
export function beginsAsWritten({ bytes, from, to }: Piece): boolean {
  if (to - from < version.length) return false;
  let same = 0;
  while (same < version.length && bytes[from + same] === version[same]) same += 1;
  return same === version.length;
}

/** Whether the last byte that shows closes an object. */
export function endsAsObject(piece: Piece): boolean {
  return piece.bytes[lastVisible(piece.bytes, piece)] === brace + closes;
}

/** `{` and `[`; what closes each is two further on. */
const brace = 0x7b;
const bracket = 0x5b;
const closes = 2;
const quote = 0x22;

function afterByteOrderMark(bytes: Buffer, from: number): number {
  return bytes[from] === 0xef && bytes[from + 1] === 0xbb && bytes[from + 2] === 0xbf ? from + 3 : from;
}

function skipped(bytes: Buffer, { from, to }: { from: number; to: number }): number {
  let at = from;
  while (at < to && isBlank(bytes[at])) at += 1;
  return at;
}

function lastVisible(bytes: Buffer, { from, to }: { from: number; to: number }): number {
  let at = to - 1;
  while (at > from && isBlank(bytes[at])) at -= 1;
  return at;
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
