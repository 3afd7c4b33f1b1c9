import { finished, PassThrough, Writable, type Readable } from 'node:stream';
import type { Attachment } from '../../../src/engine/engine.ts';

/** What one process in a container has: its stdin to read, its outputs to write. */
export interface ProcessStreams {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

/** An output that everybody gets who listens, and nobody if nobody does; the slowest sets the pace. */
export class Output extends Writable {
  readonly #listeners = new Set<PassThrough>();

  /** Ends with the output. */
  listen(): PassThrough {
    const listener = new PassThrough();
    listener.on('error', () => undefined);
    if (this.writableFinished || this.destroyed) return listener.end();
    this.#listeners.add(listener);
    finished(listener, () => this.#listeners.delete(listener));
    return listener;
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    const full = [...this.#listeners].filter((listener) => !listener.write(chunk));
    void Promise.all(full.map(drained)).then(() => done());
  }

  override _final(done: () => void): void {
    for (const listener of this.#listeners) listener.end();
    done();
  }
}

async function drained(stream: PassThrough): Promise<void> {
  await new Promise<void>((resolve) => {
    stream.once('drain', resolve);
    finished(stream, () => resolve());
  });
}

/** The standard streams of one process, and the way in for whoever attaches. */
export class Pipes implements ProcessStreams {
  readonly stdin = new PassThrough();
  readonly stdout = new Output();
  readonly stderr = new Output();
  readonly #connections = new Set<Attachment>();

  constructor() {
    this.stdin.on('error', () => undefined);
  }

  attach(): Attachment {
    const { stdin } = this;
    const input = new Writable({
      write: (chunk: Buffer, _, done) => void (stdin.writable ? stdin.write(chunk, () => done()) : done()),
      final: (done) => void stdin.end(() => done()),
      // The whole connection, as with a real engine: whoever breaks one stream of it breaks all.
      destroy: (error, done) => {
        stdin.end();
        done(error);
      },
    });
    input.on('error', () => undefined);
    const attachment: Attachment = {
      stdin: input,
      stdout: this.stdout.listen(),
      stderr: this.stderr.listen(),
      // The engine closes the process's stdin with the connection (StdinOnce).
      destroy: () => {
        for (const stream of [input, attachment.stdout, attachment.stderr]) stream.destroy();
        stdin.end();
      },
    };
    this.#connections.add(attachment);
    return attachment;
  }

  /** The process has ended: its outputs do, and what is written to it goes nowhere. */
  endPipes(): void {
    this.stdout.end();
    this.stderr.end();
    this.stdin.destroy();
  }

  /** The engine has died: all connections break. */
  cut(): void {
    for (const connection of this.#connections) connection.destroy();
  }
}
