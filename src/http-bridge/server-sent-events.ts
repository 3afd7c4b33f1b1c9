import type { Allowance } from './allowance.ts';
import { Gathering } from './gathering.ts';

/** One event of a stream (HTML Standard, "Server-sent events"). */
export interface ServerSentEvent {
  /** `message` if the stream does not say. */
  readonly type: string;
  readonly data: Buffer;
}

const feed = 0x0a;
const carriage = 0x0d;
const blank = Buffer.from(' ');

/** Bytes of one event stream → events, however they are cut. Throws TooLong. */
export class ServerSentEvents {
  /** Id of the last event: where a broken stream is taken up again. */
  lastId: string | undefined;
  /** Milliseconds that the server wants to be left alone before that. */
  retry: number | undefined;
  readonly #line: Gathering;
  readonly #data: Gathering;
  #dataLines = 0;
  #type = 'message';
  /** The last byte was a carriage return: a line feed that follows belongs to it. */
  #afterCarriage = false;
  #first = true;

  constructor(allowance: Allowance) {
    this.#line = new Gathering(allowance);
    this.#data = new Gathering(allowance);
  }

  *take(chunk: Buffer): Generator<ServerSentEvent> {
    let at = this.#afterCarriage && chunk[0] === feed ? 1 : 0;
    if (chunk.length > 0) this.#afterCarriage = chunk.at(-1) === carriage;
    let carriageAt = -2;
    while (at < chunk.length) {
      if (carriageAt !== -1 && carriageAt < at) carriageAt = chunk.indexOf(carriage, at);
      const feedAt = chunk.indexOf(feed, at);
      const end = carriageAt < 0 ? feedAt : feedAt < 0 ? carriageAt : Math.min(feedAt, carriageAt);
      this.#line.add(chunk.subarray(at, end < 0 ? chunk.length : end));
      if (end < 0) return;
      at = end + (chunk[end] === carriage && chunk[end + 1] === feed ? 2 : 1);
      const event = this.#endLine();
      if (event !== undefined) yield event;
    }
  }

  /** What is not complete is no event. */
  drop(): void {
    this.#line.drop();
    this.#data.drop();
  }

  #endLine(): ServerSentEvent | undefined {
    if (this.#line.length === 0) return this.#endEvent();
    const line = this.#withoutMark(this.#line.take());
    if (line.length === 0) return this.#endEvent();
    const colon = line.indexOf(':');
    const name = line.toString('latin1', 0, colon < 0 ? line.length : Math.min(colon, 10));
    const value =
      colon < 0 ? Buffer.alloc(0) : line.subarray(line[colon + 1] === 0x20 ? colon + 2 : colon + 1);
    if (name === 'data') this.#addData(value);
    else if (name === 'event') this.#type = value.toString('utf8', 0, 100);
    else if (name === 'id') this.lastId = headerValue(value) ?? this.lastId;
    else if (name === 'retry' && /^\d{1,9}$/.test(value.toString('latin1', 0, 10)))
      this.retry = Number(value.toString('latin1'));
    return undefined;
  }

  /** Lines of data are joined by what is no part of a JSON string; here only JSON is carried. */
  #addData(value: Buffer): void {
    if (this.#dataLines++ > 0) this.#data.add(blank);
    this.#data.add(value);
  }

  #endEvent(): ServerSentEvent | undefined {
    const type = this.#type;
    const complete = this.#dataLines > 0;
    this.#dataLines = 0;
    this.#type = 'message';
    return complete ? { type, data: this.#data.take() } : undefined;
  }

  #withoutMark(line: Buffer): Buffer {
    const marked = this.#first && line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf;
    this.#first = false;
    return marked ? line.subarray(3) : line;
  }
}

/** The id goes back in a header, so it has to fit into one. */
function headerValue(value: Buffer): string | undefined {
  const text = value.toString('latin1', 0, 4097);
  return text.length <= 4096 && /^[\x20-\x7e]*$/.test(text) ? text : undefined;
}
