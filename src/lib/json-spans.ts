/** A value within a text: from its first byte to the one after its last. */
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

export function whole(text: Buffer): Span {
  return { from: 0, to: text.length };
}

/**
 * Gives each member of a JSON object: where its name stands, with its quotes, and where its value does; `take` says
 * whether to go on. False if it did not, or the span is no object. Nothing is built: a message of 64 MB made of brackets
 * would take gigabytes as objects. Only the shape is checked; what is inside of values is seen by whoever parses them.
 */
export function eachMember(text: Buffer, span: Span, take: (name: Span, value: Span) => boolean): boolean {
  return walk(text, { span, open: openBrace, close: closeBrace }, (at) => {
    const nameEnd = text[at] === quote ? afterString(text, at) : undefined;
    if (nameEnd === undefined) return undefined;
    const colonAt = afterSpace(text, nameEnd);
    if (text[colonAt] !== colon) return undefined;
    const from = afterSpace(text, colonAt + 1);
    const to = afterValue(text, from);
    return to !== undefined && take({ from: at, to: nameEnd }, { from, to }) ? to : undefined;
  });
}

/** The elements of a JSON array, at most so many; undefined if the span is none or holds more. */
export function elementsOf(text: Buffer, span: Span, max: number): readonly Span[] | undefined {
  const found: Span[] = [];
  const ok = walk(text, { span, open: openBracket, close: closeBracket }, (from) => {
    const to = afterValue(text, from);
    if (to === undefined || found.length === max) return undefined;
    found.push({ from, to });
    return to;
  });
  return ok ? found : undefined;
}

export function isArray(text: Buffer, { from }: Span): boolean {
  return text[afterSpace(text, from)] === openBracket;
}

interface Container {
  readonly span: Span;
  readonly open: number;
  readonly close: number;
}

/** Visits each member or element; `take` answers where it ends. False if that is not what the span holds, whole. */
function walk(
  text: Buffer,
  { span, open, close }: Container,
  take: (at: number) => number | undefined,
): boolean {
  let at = afterSpace(text, span.from);
  if (text[at] !== open) return false;
  at = afterSpace(text, at + 1);
  if (text[at] === close) return afterSpace(text, at + 1) >= span.to;
  for (;;) {
    const end = take(at);
    if (end === undefined) return false;
    at = afterSpace(text, end);
    if (text[at] === close) return afterSpace(text, at + 1) >= span.to;
    if (text[at] !== comma) return false;
    at = afterSpace(text, at + 1);
  }
}

function afterSpace(text: Buffer, from: number): number {
  let at = from;
  while (text[at] === 0x20 || text[at] === 0x0a || text[at] === 0x0d || text[at] === 0x09) at++;
  return at;
}

function afterValue(text: Buffer, from: number): number | undefined {
  const first = text[from];
  if (first === quote) return afterString(text, from);
  if (first === openBrace || first === openBracket) return afterNested(text, from);
  let at = from;
  while (isScalar(text[at])) at++;
  return at > from ? at : undefined;
}

/** Letters, digits, `+`, `-` and `.`: numbers, true, false and null. */
function isScalar(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x7a) || byte === 0x45 || isSign(byte);
}

function isSign(byte: number): boolean {
  return byte === 0x2b || byte === 0x2d || byte === 0x2e;
}

/** Behind the closing quote; long strings are left to the engine's own search. */
function afterString(text: Buffer, from: number): number | undefined {
  for (let at = text.indexOf(quote, from + 1); at >= 0; at = text.indexOf(quote, at + 1)) {
    let escapes = 0;
    while (text[at - 1 - escapes] === backslash) escapes++;
    if (escapes % 2 === 0) return at + 1;
  }
  return undefined;
}

function afterNested(text: Buffer, from: number): number | undefined {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const byte = text[at];
    if (byte === quote) {
      const end = afterString(text, at);
      if (end === undefined) return undefined;
      at = end - 1;
    } else if (byte === openBrace || byte === openBracket) depth++;
    else if ((byte === closeBrace || byte === closeBracket) && --depth === 0) return at + 1;
  }
  return undefined;
}
