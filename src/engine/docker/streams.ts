import { finished, type Duplex } from 'node:stream';
import type { Attachment } from '../engine.ts';
import { demux } from './demux.ts';

/** Our three streams over one hijacked socket. `stdin.end()` half-closes: the socket's FIN is the server's EOF. */
export function attachmentOf(socket: Duplex): Attachment {
  const { stdout, stderr } = demux(socket);
  // The wire hands it over paused, so that nothing was lost on the way here.
  socket.resume();
  // A write after the container has gone fails on the socket; the reading side tells the story.
  finished(socket, () => undefined);
  // A broken connection ends all three streams at once. Who reads them sees the end; the wait for the container says why.
  for (const stream of [socket, stdout, stderr]) stream.on('error', () => undefined);
  return {
    stdin: socket,
    stdout,
    stderr,
    destroy: () => {
      socket.destroy();
    },
  };
}

/** Yields the JSON documents of a progress stream, one line each. */
export async function* jsonLines(stream: AsyncIterable<Buffer | string>): AsyncGenerator {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    rest += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line);
  }
  if (rest.trim() !== '') yield JSON.parse(rest);
}
