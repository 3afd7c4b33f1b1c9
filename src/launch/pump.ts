import type { Readable, Writable } from 'node:stream';

export interface PumpEvents {
  /** The client closed its side; what it sent before is on its way. */
  readonly onEnd: () => void;
  /** It has taken nothing for a minute although very much is waiting: nobody could tell any more if the client left. */
  readonly onStuck: () => void;
  /** The end of the input waits for it, and is passed on then. */
  readonly beforeEnd?: (() => Promise<void>) | undefined;
}

/** Milliseconds. */
const timeoutMs = 1000;
const stuckAfter = 60_000;
/** Bytes that may wait for a server that does not read. */
const max = 32 * 1024 * 1024;

/**
 * `from.pipe(to)`, but with an eye on the end of `from`: a paused reader never learns that its writer has left. So a
 * slow server slows its client as usual, and after a second of standstill we read on, up to a limit, to see the end.
 *
 * ```
 *   flowing ──write is full──▶ paused ──1 s──▶ reading on ──32 MiB──▶ full ──60 s without progress──▶ stuck
 *      ▲                          │                │                   │
 *      └──────────drained─────────┴────────────────┴───────────────────┘
 * ```
 */
export function pump(from: Readable, to: Writable, events: PumpEvents): void {
  let timer: NodeJS.Timeout | undefined;
  let readingOn = false;
  const after = (milliseconds: number, what: () => void): void => {
    clearTimeout(timer);
    timer = setTimeout(what, milliseconds).unref();
  };
  const readOn = (): void => {
    readingOn = true;
    from.resume();
  };
  const expectProgress = (): void => {
    const waiting = to.writableLength;
    after(stuckAfter, () => (to.writableLength < waiting ? expectProgress() : events.onStuck()));
  };
  from.on('data', (chunk: Buffer) => {
    if (to.write(chunk)) return;
    if (readingOn && to.writableLength < max) return;
    from.pause();
    if (readingOn) expectProgress();
    else after(timeoutMs, readOn);
  });
  to.on('drain', () => {
    clearTimeout(timer);
    readingOn = false;
    from.resume();
  });
  const end = async (): Promise<void> => {
    await events.beforeEnd?.();
    clearTimeout(timer);
    to.end();
    events.onEnd();
  };
  from.once('end', () => void end());
  from.once('error', () => void end());
}
