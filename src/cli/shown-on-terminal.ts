import type { Writable } from 'node:stream';
import { VisibleStream } from '../lib/visible-stream.ts';

/** Where bytes of a server go: made visible for a person's terminal, and untouched for a client's pipe. */
export function shownOnTerminal(output: NodeJS.WriteStream): Writable {
  if (output.isTTY !== true) return output;
  const shown = new VisibleStream();
  shown.pipe(output, { end: false });
  return shown;
}
