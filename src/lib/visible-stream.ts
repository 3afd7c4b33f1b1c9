import { Transform, type TransformCallback } from 'node:stream';
import { visible } from './plain-text.ts';

/** What may be the beginning of a rendition or of a line's end: it waits for the rest, but never for long. */
// oxlint-disable-next-line no-control-regex -- they are what it looks for
const unfinished = /(?:\u001B(?:\[[0-9;:]{0,32})?|\r)$/;

/** Bytes of a stranger on their way to a terminal: UTF-8, cut anywhere, made visible. */
export class VisibleStream extends Transform {
  readonly #decoder = new TextDecoder('utf-8');
  #held = '';

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const text = this.#held + this.#decoder.decode(chunk, { stream: true });
    const [tail = ''] = unfinished.exec(text) ?? [];
    this.#held = tail;
    done(null, visible(text.slice(0, text.length - tail.length)));
  }

  override _flush(done: TransformCallback): void {
    done(null, visible(this.#held + this.#decoder.decode()));
  }
}
