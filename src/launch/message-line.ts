const members = /^[\s\uFEFF]*(?:\[\s*)?\{\s*"(jsonrpc|id|method|params|result|error)"\s*:/;

/**
 * Whether a line, from one index to before another, is a JSON-RPC message, or a batch of them (JSON-RPC 2.0, sections 4
 * to 6; MCP "stdio"): it parses, and every object in it says `"jsonrpc": "2.0"`. Other JSON (a logger's) is no message. A
 * line that begins and ends as the SDKs write messages is taken for one without being parsed, which would cost more than
 * all else that is done with it (docs/decisions/0033).
 */
export function isMessageLine(bytes: Buffer, from = 0, to = bytes.length): boolean {
  const head = headOf(bytes, from, to);
  const told = head === 'cut' ? 'noise' : toldByTail(head, bytes, to);
  return told === 'unknown' ? isReadAsMessage(bytes, from, to) : told === 'message';
}

/** Bytes of the end of a line that is in pieces, more than what is looked for there. */
const edgeBytes = 128;

/**
 * The same for a line that has its beginning in one piece and its end in another, before an index of it, as far as these
 * tell: `unknown` must be read whole, at some cost.
 */
export function toldInPieces(begun: Buffer, rest: Buffer, to: number): 'message' | 'noise' | 'unknown' {
  return to < edgeBytes ? 'unknown' : toldByTail(headOf(begun, 0, begun.length), rest, to);
}

/** The beginning of a line that is too long to be held: by its first member. */
export function beginsAsMessage(line: Buffer): boolean {
  return members.test(line.subarray(0, 256).toString('utf8'));
}

/** `{` and `[`; what closes each is two further on. */
const brace = 0x7b;
const bracket = 0x5b;
const closes = 2;
const quote = 0x22;

/** How a line begins: as the SDKs write messages, or so that only more of it can tell; `cut` before there was enough. */
type Head = 'noise' | 'cut' | 'as-written' | 'as-typescript-writes' | 'object' | 'array';

/** Noise is told by how it begins and ends (`[INFO] …`, `{'a': 1}`): a parser that throws is slow. */
function headOf(bytes: Buffer, begin: number, to: number): Head {
  const from = skipped(bytes, afterByteOrderMark(bytes, begin), to);
  if (from >= to) return 'cut';
  const opening = bytes[from];
  if (opening !== brace && opening !== bracket) return 'noise';
  if (isAt(bytes, from, version)) return 'as-written';
  const next = skipped(bytes, from + 1, to);
  if (next >= to) return 'cut';
  if (opening === bracket) return bytes[next] === brace ? 'array' : 'noise';
  if (bytes[next] !== quote) return 'noise';
  return heads.some((head) => isAt(bytes, from, head)) ? 'as-typescript-writes' : 'object';
}

function toldByTail(head: Head, bytes: Buffer, to: number): ReturnType<typeof toldInPieces> {
  if (head === 'noise') return 'noise';
  if (head === 'cut') return 'unknown';
  const last = lastVisible(bytes, to);
  if (bytes[last] !== (head === 'array' ? bracket : brace) + closes) return 'noise';
  if (head === 'as-written') return 'message';
  return head === 'as-typescript-writes' && endsAsTypeScriptWrites(bytes, last) ? 'message' : 'unknown';
}

function isReadAsMessage(bytes: Buffer, from: number, to: number): boolean {
  const named = bytes.indexOf('"jsonrpc"', from, 'latin1');
  if (named < 0 || named >= to) return false;
  try {
    // As Latin-1 it is the same JSON and read in less time; only its shape counts here.
    return isMessageOrBatch(JSON.parse(bytes.toString('latin1', afterByteOrderMark(bytes, from), to)));
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
/** That of TypeScript puts the version behind what its caller wrote, and the id at most behind that. */
const heads = ['{"result":', '{"method":', '{"error":'].map((text) => Buffer.from(text));
const versionTail = Buffer.from(',"jsonrpc":"2.0"');
const idName = Buffer.from(',"id":');
const maxDigits = 16;
const maxIdBytes = 40;

/** `last`: of the brace that closes it. */
function endsAsTypeScriptWrites(bytes: Buffer, last: number): boolean {
  const end = isBefore(bytes, last, versionTail) ? last : beforeId(bytes, last);
  return isBefore(bytes, end, versionTail) && endsValue(bytes[end - versionTail.length - 1]);
}

/** Where `,"id":…` begins that ends before an index; 0 if none does. */
function beforeId(bytes: Buffer, end: number): number {
  let at = end - 1;
  if (bytes[at] === quote) {
    for (at--; bytes[at] !== quote; at--)
      if (bytes[at] === 0x5c || end - at > maxIdBytes + 2 || at < 0) return 0;
    at--;
  } else while (isDigit(bytes[at]) && end - at <= maxDigits) at--;
  return at < end - 1 && isBefore(bytes, at + 1, idName) ? at + 1 - idName.length : 0;
}

function isAt(bytes: Buffer, from: number, text: Buffer): boolean {
  for (let at = 0; at < text.length; at++) if (bytes[from + at] !== text[at]) return false;
  return true;
}

function isBefore(bytes: Buffer, end: number, text: Buffer): boolean {
  return end >= text.length && isAt(bytes, end - text.length, text);
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

/** Of an object, an array, a text, a number, true, false, null. */
function endsValue(byte: number | undefined): boolean {
  return byte === brace + closes || byte === bracket + closes || byte === quote || isWord(byte);
}

function isWord(byte: number | undefined): boolean {
  return isDigit(byte) || (byte !== undefined && byte >= 0x61 && byte <= 0x7a);
}

function afterByteOrderMark(bytes: Buffer, from: number): number {
  return bytes[from] === 0xef && bytes[from + 1] === 0xbb && bytes[from + 2] === 0xbf ? from + 3 : from;
}

function skipped(bytes: Buffer, from: number, to: number): number {
  let at = from;
  while (at < to && isBlank(bytes[at])) at += 1;
  return at;
}

/** Of a line that has something to show. */
function lastVisible(bytes: Buffer, to: number): number {
  let at = to - 1;
  while (at > 0 && isBlank(bytes[at])) at -= 1;
  return at;
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
