import { headerBytes, ProtocolError, shapes, type Frame, type FrameShape } from './frames.ts';

const none = Buffer.alloc(0);

/**
 * Turns the bytes of one side into frames, however they are cut. Payloads of DATA are handed on in the pieces in
 * which they arrive, as views of the chunk; all other frames are small and come whole. Holds at most one header and
 * one small payload. Throws ProtocolError at the first byte that no legal frame can have; it is of no use after that.
 */
export class Decoder {
  readonly #legal: ReadonlyMap<number, FrameShape>;
  readonly #header = Buffer.alloc(headerBytes);
  #headerFilled = 0;
  #shape: FrameShape | undefined;
  #stream = 0;
  #left = 0;
  #partial = none;

  constructor(from: 'relay' | 'launcher') {
    this.#legal = shapes[from];
  }

  feed(chunk: Buffer, onFrame: (frame: Frame) => void): void {
    for (let at = 0; at < chunk.length;) {
      at += this.#shape === undefined ? this.#takeHeader(chunk, at) : 0;
      const known = this.#shape;
      if (known === undefined) return;
      const piece = chunk.subarray(at, at + this.#left);
      if (piece.length === 0 && this.#left > 0) return;
      at += piece.length;
      this.#takePayload(known, piece, onFrame);
    }
  }

  /** True between frames: an end here cuts nothing. */
  get idle(): boolean {
    return this.#shape === undefined && this.#headerFilled === 0;
  }

  #takeHeader(chunk: Buffer, at: number): number {
    const taken = chunk.copy(this.#header, this.#headerFilled, at, at + headerBytes - this.#headerFilled);
    this.#headerFilled += taken;
    if (this.#headerFilled < headerBytes) return taken;
    this.#headerFilled = 0;
    this.#shape = this.#parseHeader();
    return taken;
  }

  #parseHeader(): FrameShape {
    const [type = 0, flags = 0] = this.#header;
    const found = this.#legal.get(type);
    if (found === undefined)
      throw new ProtocolError(`a frame of type ${String(type)}, which it may not send`);
    const name = found.type.toUpperCase();
    if (flags !== 0) throw new ProtocolError(`${name} with flags ${String(flags)}`);
    this.#stream = this.#header.readUInt16BE(2);
    if ((this.#stream === 0) !== found.tunnel)
      throw new ProtocolError(`${name} on stream ${String(this.#stream)}`);
    this.#left = this.#header.readUInt32BE(4);
    if (this.#left < found.min || this.#left > found.max)
      throw new ProtocolError(`${name} of ${String(this.#left)} bytes`);
    return found;
  }

  #takePayload(known: FrameShape, piece: Buffer, onFrame: (frame: Frame) => void): void {
    this.#left -= piece.length;
    if (this.#left === 0) this.#shape = undefined;
    const frame = { type: known.type, stream: this.#stream };
    if (known.type === 'data') return onFrame({ ...frame, payload: piece });
    // Copied even when whole: a name that is kept must not keep a chunk of 64 KiB.
    this.#partial = Buffer.concat([this.#partial, piece]);
    if (this.#left > 0) return;
    const payload = this.#partial;
    this.#partial = none;
    onFrame({ ...frame, payload });
  }
}
