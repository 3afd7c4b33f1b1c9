import { Transform } from 'node:stream';
import { beginsAsMessage, beginsAsWritten, endsAsObject, isMessageLine } from './message-line.ts';

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
  const sorter = new LineSorter(onNoise);
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sorter.take(chunk, (piece) => this.push(piece));
      done();
    },
    flush(done) {
      sorter.end((piece) => this.push(piece));
      done();
    },
  });
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
  readonly #onNoise: Push;
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** Set while the rest of a long line passes. */
  #passing: Kind | undefined;

  constructor(onNoise: Push) {
    this.#onNoise = onNoise;
  }

  take(chunk: Buffer, push: Push): void {
    let from = 0;
    if (this.#heldBytes > 0 || this.#passing !== undefined) {
      from = chunk.indexOf(newline) + 1;
      if (from === 0) return this.#part(chunk, push);
      this.#line(chunk.subarray(0, from), push);
    }
    const rest = this.#lines(chunk, from, push);
    if (rest < chunk.length) this.#part(chunk.subarray(rest), push);
  }

  /** Whole lines: neighbours of one kind go on together. Where the first line begins that has no end yet. */
  #lines(chunk: Buffer, from: number, push: Push): number {
    let [begin, at] = [from, from];
    let kind: Kind | undefined;
    for (let end = chunk.indexOf(newline, at); end >= 0; end = chunk.indexOf(newline, at)) {
      const next = isMessageLine({ bytes: chunk, from: at, to: end + 1 }) ? 'message' : 'noise';
      if (kind !== undefined && next !== kind) {
        this.#send(kind, { piece: chunk.subarray(begin, at), push });
        begin = at;
      }
      kind = next;
      at = end + 1;
    }
    if (kind !== undefined) this.#send(kind, { piece: chunk.subarray(begin, at), push });
    return at;
  }

  end(push: Push): void {
    if (this.#heldBytes > 0) this.#line(Buffer.alloc(0), push);
  }

  /** The end of a line, and so all of it. */
  #line(rest: Buffer, push: Push): void {
    const pieces = rest.length === 0 ? this.#held : [...this.#held, rest];
    const kind = this.#passing ?? (isMessage(pieces) ? 'message' : 'noise');
    for (const piece of pieces) this.#send(kind, { piece, push });
    this.#held = [];
    this.#heldBytes = 0;
    this.#passing = undefined;
  }

  #part(piece: Buffer, push: Push): void {
    if (this.#passing !== undefined) return this.#send(this.#passing, { piece, push });
    this.#held.push(piece);
    this.#heldBytes += piece.length;
    if (this.#heldBytes < maxHeldBytes) return;
    const [first = piece] = this.#held;
    const begun = first.length >= headBytes ? first : Buffer.concat(this.#held);
    this.#passing = beginsAsMessage(begun) ? 'message' : 'noise';
    for (const held of this.#held) this.#send(this.#passing, { piece: held, push });
    this.#held = [];
    this.#heldBytes = 0;
  }

  #send(kind: Kind, { piece, push }: { readonly piece: Buffer; readonly push: Push }): void {
    if (kind === 'message') push(piece);
    else this.#onNoise(piece);
  }
}

/** A line in the pieces in which it came: they are only put together, at some cost, where it must be read whole. */
function isMessage(pieces: readonly Buffer[]): boolean {
  const [first, last] = [pieces[0], pieces.at(-1)].map(
    (bytes) => bytes && { bytes, from: 0, to: bytes.length },
  );
  if (first === undefined || last === undefined) return false;
  if (pieces.length > 1 && beginsAsWritten(first) && endsAsObject(last)) return true;
  const bytes = pieces.length === 1 ? first.bytes : Buffer.concat(pieces);
  return isMessageLine({ bytes, from: 0, to: bytes.length });
}
