import type { Writable } from 'node:stream';
import { Part, type Message } from './message.ts';
import { writeMessage } from './write-message.ts';

/** Writes one message as one line. False if the stream is full, as `write` says it. */
export function writeLine(stream: Writable, message: Message): boolean {
  const pieces = writeMessage(onOneLine(message));
  if (pieces.length === 1) return stream.write(`${String(pieces[0])}\n`);
  const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
  // One write is one packet; of what is big no second copy is made.
  if (bytes < 16_384) return stream.write(`${pieces.map(String).join('')}\n`);
  stream.cork();
  for (const piece of pieces) stream.write(piece);
  const isFree = stream.write('\n');
  stream.uncork();
  return isFree;
}

/** A body over HTTP may have line ends between its values; within them JSON has none. */
function onOneLine(message: Message): Message {
  switch (message.kind) {
    case 'request':
    case 'notification':
      return message.params === undefined ? message : { ...message, params: flat(message.params) };
    case 'result':
      return { ...message, result: flat(message.result) };
    case 'failure':
      return { ...message, error: flat(message.error) };
  }
}

function flat(part: Part): Part {
  const { bytes } = part;
  return bytes.includes(0x0a) || bytes.includes(0x0d) ? Part.ofValue(part.value) : part;
}
