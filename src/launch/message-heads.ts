/** What is known of one JSON-RPC message without reading it: its id as it stands there, and what it is. */
export interface MessageHead {
  readonly id: string;
  readonly isRequest: boolean;
}

const quote = 0x22;
const backslash = 0x5c;
const newline = 0x0a;
const maxId = 256;

/**
 * Reads along a stream of JSON-RPC messages, one a line or several in an array, and calls for each that has an id. Keeps
 * nothing but the id, however long a message is; what is no JSON gives nothing, or nonsense until its line ends.
 */
export function messageHeads(onHead: (head: MessageHead) => void): (chunk: Buffer) => void {
  const scan = new Scan(onHead);
  return (chunk) => {
    for (const byte of chunk) scan.take(byte);
  };
}

/** `{` opens a message at depth 0, or at depth 1 where the line began with `[`. */
class Scan {
  readonly #onHead: (head: MessageHead) => void;
  #depth = 0;
  #base = 0;
  #inString = false;
  #escaped = false;
  /** A name is expected, or its value has begun. */
  #side: 'name' | 'value' = 'name';
  #name = '';
  #value = '';
  #id = '';
  #isRequest = false;

  constructor(onHead: (head: MessageHead) => void) {
    this.#onHead = onHead;
  }

  take(byte: number): void {
    if (byte === newline) this.#reset();
    else if (this.#inString) this.#inside(byte);
    else this.#outside(byte);
  }

  #inside(byte: number): void {
    this.#keep(byte);
    if (this.#escaped) this.#escaped = false;
    else if (byte === backslash) this.#escaped = true;
    else if (byte === quote) this.#inString = false;
  }

  #outside(byte: number): void {
    const character = String.fromCharCode(byte);
    if (byte === quote) this.#inString = true;
    if (character === '{' || character === '[') return this.#open(character);
    if (character === '}' || character === ']') return this.#close(character);
    if (this.#depth !== this.#base + 1) return;
    if (character === ':' && this.#side === 'name') this.#side = 'value';
    else if (character === ',') this.#member();
    else if (byte > 0x20) this.#keep(byte);
  }

  #open(character: '{' | '['): void {
    if (character === '[' && this.#depth === 0) this.#base = 1;
    this.#depth++;
  }

  #close(character: '}' | ']'): void {
    this.#depth--;
    if (character !== '}' || this.#depth !== this.#base) return;
    this.#member();
    if (this.#id !== '') this.#onHead({ id: this.#id, isRequest: this.#isRequest });
    this.#id = '';
    this.#isRequest = false;
  }

  #keep(byte: number): void {
    if (this.#depth !== this.#base + 1) return;
    if (this.#side === 'name') {
      if (this.#name.length < 16) this.#name += String.fromCharCode(byte);
    } else if (this.#name === '"id"' && this.#value.length < maxId) this.#value += String.fromCharCode(byte);
  }

  #member(): void {
    if (this.#name === '"id"' && this.#value !== 'null') this.#id = this.#value;
    if (this.#name === '"method"') this.#isRequest = true;
    this.#name = '';
    this.#value = '';
    this.#side = 'name';
  }

  #reset(): void {
    this.#depth = 0;
    this.#base = 0;
    this.#inString = false;
    this.#escaped = false;
    this.#id = '';
    this.#isRequest = false;
    this.#member();
  }
}
