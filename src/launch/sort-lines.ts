import { Transform } from 'node:stream';
import { beginsAsMessage, isMessageLine, toldInPieces } from './message-line.ts';

const newline = 0x0a;
/** Bytes of a line that are held until its end tells what it is; of a longer one its beginning decides. */
const maxHeldBytes = 65_536;
/** As much as is looked at of a line that is too long. */
const headBytes = 256;

/**
 * For servers that are known to print other text on stdout (an exception in their entry says so): only JSON-RPC messages
 * go on, every other line goes to `onNoise`. Bytes are not changed; neighbouring messages stay one piece.
 */
export function sortLines(onNoise: Push): Transform {
  const output = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sorter.take(chunk);
      done();
    },
    flush(done) {
      sorter.end();
      done();
    },
  });
  const sorter = new LineSorter((piece) => output.push(piece), onNoise);
  return output;
}

type Push = (piece: Buffer) => unknown;
type Kind = 'message' | 'noise';

/**
 * ```
 *   held ──newline──▶ judged whole
 *    └──64 KiB──▶ passing (as its beginning says) ──newline──▶ held
 * ```
 */
class LineSorter {
  readonly #onMessage: Push;
  readonly #onNoise: Push;
  #held: Buffer | undefined;
  /** What came of the same line behind it: an array for each piece would cost more than all that is looked at. */
  #more: Buffer[] | undefined;
  #heldBytes = 0;
  /** Set while the rest of a long line passes. */
  #passing: Kind | undefined;

  constructor(onMessage: Push, onNoise: Push) {
    this.#onMessage = onMessage;
    this.#onNoise = onNoise;
  }

  take(chunk: Buffer): void {
    let rest = 0;
    let kind: Kind | undefined;
    if (this.#held !== undefined || this.#passing !== undefined) {
      rest = chunk.indexOf(newline, 0) + 1;
      if (rest === 0) return this.#part(chunk);
      kind = this.#judged(chunk, rest);
    }
    rest = this.#lines(chunk, rest, kind);
    if (rest < chunk.length) this.#part(chunk.subarray(rest));
  }

  /**
   * Whole lines: neighbours of one kind go on together, also with the end of a line that has a kind already. Where the
   * first line begins that has no end yet.
   */
  #lines(chunk: Buffer, from: number, begun: Kind | undefined): number {
    let begin = begun === undefined ? from : 0;
    let at = from;
    let kind = begun;
    for (let end = chunk.indexOf(newline, at); end >= 0; end = chunk.indexOf(newline, at)) {
      const next = isMessageLine(chunk, at, end + 1) ? 'message' : 'noise';
      if (kind !== undefined && next !== kind) {
        this.#send(kind, chunk.subarray(begin, at));
        begin = at;
      }
      kind = next;
      at = end + 1;
    }
    if (kind !== undefined)
      this.#send(kind, begin === 0 && at === chunk.length ? chunk : chunk.subarray(begin, at));
    return at;
  }

  end(): void {
    if (this.#held !== undefined) this.#judged(Buffer.alloc(0), 0);
  }

  /** What the line is that ends here; what was held of it goes on. */
  #judged(chunk: Buffer, end: number): Kind {
    const kind = this.#passing ?? this.#kindOf(chunk, end);
    this.#passing = undefined;
    this.#letGo(kind);
    return kind;
  }

  #kindOf(chunk: Buffer, end: number): Kind {
    const held = this.#held ?? Buffer.alloc(0);
    const told = toldInPieces(held, chunk, end);
    if (told !== 'unknown') return told;
    const whole = Buffer.concat([held, ...(this.#more ?? []), chunk.subarray(0, end)]);
    return isMessageLine(whole) ? 'message' : 'noise';
  }

  #part(piece: Buffer): void {
    if (this.#passing !== undefined) return this.#send(this.#passing, piece);
    if (this.#held === undefined) this.#held = piece;
    else (this.#more ??= []).push(piece);
    this.#heldBytes += piece.length;
    if (this.#heldBytes < maxHeldBytes) return;
    const [first, more = []] = [this.#held, this.#more];
    const begun = first.length >= headBytes ? first : Buffer.concat([first, ...more]);
    this.#passing = beginsAsMessage(begun) ? 'message' : 'noise';
    this.#letGo(this.#passing);
  }

  #letGo(kind: Kind): void {
    if (this.#held === undefined) return;
    this.#send(kind, this.#held);
    if (this.#more !== undefined) for (const piece of this.#more) this.#send(kind, piece);
    this.#held = undefined;
    this.#more = undefined;
    this.#heldBytes = 0;
  }

  #send(kind: Kind, piece: Buffer): void {
    if (kind === 'message') this.#onMessage(piece);
    else this.#onNoise(piece);
  }
}
