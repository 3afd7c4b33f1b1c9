import type { Readable } from 'node:stream';
import type { Allowance } from './allowance.ts';
import { Gathering, TooLong } from './gathering.ts';

/** A line without its end, or that there was one nobody can take. */
export type Line = Buffer | 'too-long';

/** The lines of a stream, empty ones left out. A line that is too long is skipped to its end. */
export async function* linesOf(stream: Readable, allowance: Allowance): AsyncGenerator<Line> {
  const gathering = new Gathering(allowance);
  let skipping = false;
  const add = (piece: Buffer): boolean => {
    try {
      if (!skipping) gathering.add(piece);
      return true;
    } catch (error) {
      if (!(error instanceof TooLong)) throw error;
      gathering.drop();
      return false;
    }
  };
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    for (let at = 0; at < chunk.length;) {
      const end = chunk.indexOf(0x0a, at);
      if (!add(chunk.subarray(at, end < 0 ? chunk.length : end))) {
        skipping = true;
        yield 'too-long';
      }
      if (end < 0) break;
      at = end + 1;
      skipping = false;
      const line = withoutReturn(gathering.take());
      if (line.length > 0) yield line;
    }
  }
  const rest = withoutReturn(gathering.take());
  if (rest.length > 0) yield rest;
}

function withoutReturn(line: Buffer): Buffer {
  return line.at(-1) === 0x0d ? line.subarray(0, -1) : line;
}
