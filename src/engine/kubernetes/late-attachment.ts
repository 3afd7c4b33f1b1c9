import { PassThrough, pipeline } from 'node:stream';
import type { Attachment } from '../engine.ts';
import type { ExecStreams } from './channels.ts';

/** Streams of a process that is started later: what is written meanwhile is the first that it reads. */
export class LateAttachment implements Attachment {
  readonly stdin = new PassThrough();
  readonly stdout = new PassThrough();
  readonly stderr = new PassThrough();
  #streams: ExecStreams | undefined;
  #isDestroyed = false;

  constructor() {
    // Whoever reads sees the end; why, the wait for the end says.
    for (const stream of [this.stdin, this.stdout, this.stderr]) stream.on('error', () => undefined);
  }

  connect(streams: ExecStreams): void {
    this.#streams = streams;
    if (this.#isDestroyed) return streams.destroy();
    pipeline(this.stdin, streams.stdin, () => undefined);
    pipeline(streams.stdout, this.stdout, () => undefined);
    pipeline(streams.stderr, this.stderr, () => undefined);
  }

  /** Nothing was started, or never will be. */
  end(): void {
    if (this.#streams !== undefined) return;
    this.stdout.end();
    this.stderr.end();
  }

  destroy(): void {
    this.#isDestroyed = true;
    this.#streams?.destroy();
    this.stdin.destroy();
    this.end();
  }
}
