import type { Readable } from 'node:stream';

export interface LineEvents {
  /** One line without its end; never empty. A promise is waited for before more is read. */
  line(bytes: Buffer): void | Promise<void>;
  /** A line that is longer than any may be: its beginning and its end. What is between was not kept. */
  tooLong(ends: { readonly head: Buffer; readonly tail: Buffer }): void;
  /** The stream has ended, or broken. Called once, after the last line. */
  end(): void;
}

/** Bytes of a line; more would have to be held in memory as a whole. */
export const maxLineBytes = 64 * 1024 ** 2;
const keptEndBytes = 512;
const newline = 0x0a;

/** Reads lines as they come, holding back the stream while somebody is busy with one. */
export function readLines(stream: Readable, events: LineEvents, maxBytes = maxLineBytes): void {
  const reader = new LineReader(events, maxBytes);
  let reading = Promise.resolve();
  stream.on('data', (chunk: Buffer) => {
    const busy = reader.take(chunk);
    if (busy === undefined) return;
    stream.pause();
    reading = busy.then(() => void stream.resume());
  });
  let ended = false;
  const end = (): void => {
    if (ended) return;
    ended = true;
    void reading.then(() => reader.finish()).then(() => events.end());
  };
  stream.once('end', end);
  stream.once('close', end);
  stream.once('error', end);
  // Whoever has read from it before may have stopped it, or seen its end.
  if (stream.readableEnded || stream.destroyed) end();
  else stream.resume();
}

class LineReader {
  readonly #events: LineEvents;
  readonly #maxBytes: number;
  #parts: Buffer[] = [];
  #size = 0;
  /** The beginning of a line that is too long, while the rest of it passes. */
  #head: Buffer | undefined;
  #tail: Buffer = Buffer.alloc(0);

  constructor(events: LineEvents, maxBytes: number) {
    this.#events = events;
    this.#maxBytes = maxBytes;
  }

  /** Undefined if nobody is busy with any of its lines. */
  take(chunk: Buffer): Promise<void> | undefined {
    let rest = chunk;
    for (let end = rest.indexOf(newline); end !== -1; end = rest.indexOf(newline)) {
      this.#add(rest.subarray(0, end));
      rest = rest.subarray(end + 1);
      const busy = this.#line();
      if (busy instanceof Promise) return this.#later(busy, rest);
    }
    this.#add(rest);
    return undefined;
  }

  async finish(): Promise<void> {
    await this.#line();
  }

  async #later(busy: Promise<void>, rest: Buffer): Promise<void> {
    await busy;
    await this.take(rest);
  }

  #add(part: Buffer): void {
    if (part.length === 0) return;
    if (this.#head !== undefined) {
      this.#tail = Buffer.concat([this.#tail, part.subarray(-keptEndBytes)]).subarray(-keptEndBytes);
      return;
    }
    this.#parts.push(part);
    this.#size += part.length;
    if (this.#size <= this.#maxBytes) return;
    const [first = part] = this.#parts;
    this.#head = Buffer.from(first.subarray(0, keptEndBytes));
    this.#tail = Buffer.from(part.subarray(-keptEndBytes));
    this.#parts = [];
  }

  #line(): void | Promise<void> {
    const head = this.#head;
    const bytes = this.#parts.length === 1 ? this.#parts[0] : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#size = 0;
    this.#head = undefined;
    if (head !== undefined) return this.#events.tooLong({ head, tail: this.#tail });
    if (bytes === undefined || isBlank(bytes)) return undefined;
    return this.#events.line(bytes);
  }
}

function isBlank(bytes: Buffer): boolean {
  return bytes.length < 8 && bytes.toString('latin1').trim() === '';
}
