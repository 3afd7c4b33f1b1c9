import { Transform } from 'node:stream';
import { beginsAsMessage, isMessageLine } from './message-line.ts';

const newline = 0x0a;
/** Bytes of a line that are held until its end tells what it is; of a longer one its beginning decides. */
const maxHeldBytes = 65_536;

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
    const until = chunk.lastIndexOf(newline) + 1;
    if (until > from) this.#lines(chunk.subarray(from, until), push);
    const rest = Math.max(from, until);
    if (rest < chunk.length) this.#part(chunk.subarray(rest), push);
  }

  /** Whole lines: neighbours of one kind go on together. */
  #lines(lines: Buffer, push: Push): void {
    let begin = 0;
    let kind: Kind | undefined;
    for (let at = 0; at < lines.length;) {
      const end = lines.indexOf(newline, at) + 1;
      const next = isMessageLine(lines.subarray(at, end)) ? 'message' : 'noise';
      if (kind !== undefined && next !== kind) {
        this.#send(kind, { piece: lines.subarray(begin, at), push });
        begin = at;
      }
      kind = next;
      at = end;
    }
    if (kind !== undefined) this.#send(kind, { piece: lines.subarray(begin), push });
  }

  end(push: Push): void {
    if (this.#heldBytes > 0) this.#line(Buffer.alloc(0), push);
  }

  /** The end of a line, and so all of it. */
  #line(rest: Buffer, push: Push): void {
    const whole = this.#heldBytes === 0 ? rest : Buffer.concat([...this.#held, rest]);
    const isMessage = this.#passing === undefined ? isMessageLine(whole) : this.#passing === 'message';
    this.#send(isMessage ? 'message' : 'noise', { piece: whole, push });
    this.#held = [];
    this.#heldBytes = 0;
    this.#passing = undefined;
  }

  #part(piece: Buffer, push: Push): void {
    if (this.#passing !== undefined) return this.#send(this.#passing, { piece, push });
    this.#held.push(piece);
    this.#heldBytes += piece.length;
    if (this.#heldBytes < maxHeldBytes) return;
    const begun = Buffer.concat(this.#held);
    this.#held = [];
    this.#heldBytes = 0;
    this.#passing = beginsAsMessage(begun) ? 'message' : 'noise';
    this.#send(this.#passing, { piece: begun, push });
  }

  #send(kind: Kind, { piece, push }: { readonly piece: Buffer; readonly push: Push }): void {
    if (kind === 'message') push(piece);
    else this.#onNoise(piece);
  }
}
