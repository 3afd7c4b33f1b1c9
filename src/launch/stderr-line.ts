import type { Writable } from 'node:stream';

/** Bytes that may wait for a client that does not read its server's stderr; more of them are dropped. */
const maxWaiting = 256 * 1024;
const newline = 0x0a;

/** What goes to a client's stderr: it never holds back whoever writes. */
export interface StderrLine {
  write(chunk: Buffer): void;
  /** Says what is still to be said of what was dropped. */
  end(): void;
}

/**
 * A client may drain stderr slowly or not at all, and messages must pass all the same: both come over one connection.
 * So beyond a limit stderr is dropped, and how much is said as soon as there is room.
 */
export function stderrLine(to: Writable): StderrLine {
  let dropped = 0;
  let inLine = false;
  const tell = (): void => {
    if (dropped === 0) return;
    const gap = `mcpcat: dropped ${String(dropped)} bytes of the server's stderr, which the client did not read\n`;
    to.write(inLine ? `\n${gap}` : gap);
    dropped = 0;
    inLine = false;
  };
  const drop = (bytes: number): void => {
    if (dropped === 0) to.once('drain', tell);
    dropped += bytes;
  };
  return {
    write(chunk) {
      // Once something is lost, the next that is written waits for room: one gap, not many.
      if (dropped > 0 || to.writableLength + chunk.length > maxWaiting) return drop(chunk.length);
      inLine = chunk.at(-1) !== newline;
      to.write(chunk);
    },
    end: tell,
  };
}
