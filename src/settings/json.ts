/*
 * A reader of JSON (RFC 8259) for files that people write: every value keeps its place, and a key that stands twice in
 * an object is a fault, where JSON.parse would take the last and say nothing.
 */

/** A value with the offset of its first character. */
export type Json =
  | { readonly kind: 'object'; readonly at: number; readonly members: ReadonlyMap<string, Member> }
  | { readonly kind: 'array'; readonly at: number; readonly items: readonly Json[] }
  | { readonly kind: 'text'; readonly at: number; readonly value: string }
  | { readonly kind: 'number'; readonly at: number; readonly value: number }
  | { readonly kind: 'boolean'; readonly at: number; readonly value: boolean }
  | { readonly kind: 'null'; readonly at: number };

export interface Member {
  /** Offset of the key. */
  readonly at: number;
  readonly value: Json;
}

/** Text that is no JSON, or has a key twice. */
export class JsonFault extends Error {
  readonly at: number;

  constructor(at: number, message: string) {
    super(message);
    this.name = 'JsonFault';
    this.at = at;
  }
}

/** Deeper than any file of ours; keeps the stack small. */
const usualDepth = 32;

const tokenForm =
  /[{}[\]:,]|"(?:[^"\\\n]|\\.)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|(?:true|false|null)\b/y;
/** What stands where a token should: a word, or one character. Made when it is needed: Unicode's tables take time. */
const unexpectedToken = (): RegExp => /[\p{L}\p{N}_.-]+|./uy;

interface Token {
  readonly text: string;
  readonly at: number;
}

/** Throws JsonFault; also for more levels than `deepest`. */
export function readJson(text: string, { deepest = usualDepth }: { readonly deepest?: number } = {}): Json {
  const cursor = new Cursor(text, deepest);
  const value = readValue(cursor, 0);
  const rest = cursor.next('the end of the file');
  if (rest.text !== '') throw cursor.fault('the end of the file', rest);
  return value;
}

class Cursor {
  readonly deepest: number;
  readonly #text: string;
  #at = 0;

  constructor(text: string, deepest: number) {
    this.#text = text;
    this.deepest = deepest;
  }

  /** The next token, empty at the end; `expected` is for the fault if there is none. */
  next(expected: string): Token {
    while (' \t\n\r'.includes(this.#text[this.#at] ?? 'end')) this.#at++;
    const at = this.#at;
    if (at === this.#text.length) return { text: '', at };
    const text = this.#match(tokenForm, at);
    if (text === undefined)
      throw this.fault(expected, { text: this.#match(unexpectedToken(), at) ?? '', at });
    this.#at += text.length;
    return { text, at };
  }

  #match(form: RegExp, at: number): string | undefined {
    form.lastIndex = at;
    return form.exec(this.#text)?.[0];
  }

  /** The next token without taking it. */
  peek(expected: string): Token {
    const before = this.#at;
    const found = this.next(expected);
    this.#at = before;
    return found;
  }

  fault(expected: string, { text, at }: Token): JsonFault {
    if (this.#text.startsWith('//', at) || this.#text.startsWith('/*', at))
      return new JsonFault(at, `expected ${expected}, found a comment, which JSON has not`);
    if (text === '"') return new JsonFault(at, 'expected the closing quote of this text, on its line');
    return new JsonFault(at, `expected ${expected}, found ${text === '' ? 'the end of the file' : text}`);
  }
}

function readValue(cursor: Cursor, depth: number): Json {
  const found = cursor.next('a value');
  const { text, at } = found;
  if (depth > cursor.deepest) throw new JsonFault(at, `expected at most ${String(cursor.deepest)} levels`);
  if (text === '{') return { kind: 'object', at, members: readMembers(cursor, depth) };
  if (text === '[') return { kind: 'array', at, items: readItems(cursor, depth) };
  if (text.startsWith('"')) return { kind: 'text', at, value: textOf(found) };
  if (text === 'null') return { kind: 'null', at };
  if (text === 'true' || text === 'false') return { kind: 'boolean', at, value: text === 'true' };
  if (/^[-\d]/.test(text)) return { kind: 'number', at, value: Number(text) };
  throw cursor.fault('a value', found);
}

function readMembers(cursor: Cursor, depth: number): ReadonlyMap<string, Member> {
  const members = new Map<string, Member>();
  readList(cursor, {
    end: '}',
    expected: 'a key in double quotes',
    readOne() {
      const key = cursor.next('a key in double quotes');
      if (!key.text.startsWith('"')) throw cursor.fault('a key in double quotes', key);
      const name = textOf(key);
      if (members.has(name)) throw new JsonFault(key.at, `expected each key once, found ${key.text} again`);
      const colon = cursor.next('a colon');
      if (colon.text !== ':') throw cursor.fault('a colon', colon);
      members.set(name, { at: key.at, value: readValue(cursor, depth + 1) });
    },
  });
  return members;
}

function readItems(cursor: Cursor, depth: number): readonly Json[] {
  const items: Json[] = [];
  readList(cursor, {
    end: ']',
    expected: 'a value',
    readOne: () => void items.push(readValue(cursor, depth + 1)),
  });
  return items;
}

interface List {
  readonly end: '}' | ']';
  /** What stands in it. */
  readonly expected: string;
  readonly readOne: () => void;
}

function readList(cursor: Cursor, { end, expected, readOne }: List): void {
  if (cursor.peek(`${expected} or ${end}`).text === end) {
    cursor.next(end);
    return;
  }
  for (;;) {
    readOne();
    const found = cursor.next(`a comma or ${end}`);
    if (found.text === end) return;
    if (found.text !== ',') throw cursor.fault(`a comma or ${end}`, found);
  }
}

function textOf({ text, at }: Token): string {
  try {
    return String(JSON.parse(text));
  } catch {
    throw new JsonFault(at, `expected a text with only the escapes of JSON, found ${text}`);
  }
}

/** `4:20`: line and column, from 1. */
export function placeOf(text: string, at: number): string {
  const before = text.slice(0, at).split('\n');
  return `${String(before.length)}:${String((before.at(-1) ?? '').length + 1)}`;
}

/** A value in a message: its kind, and itself where it is short. */
export function described(value: Json): string {
  switch (value.kind) {
    case 'object':
      return 'an object';
    case 'array':
      return 'a list';
    case 'text':
      return JSON.stringify(value.value.length > 80 ? `${value.value.slice(0, 80)}…` : value.value);
    case 'number':
    case 'boolean':
      return String(value.value);
    case 'null':
      return 'null';
  }
}
