/** What is kept of event streams, so that a client that has lost its connection gets the rest (Last-Event-ID). */
export interface EventLogLimits {
  /** Of all streams of all sessions together; the oldest streams are given up first. */
  readonly maxBytes: number;
}

interface Kept {
  readonly events: Buffer[];
  bytes: number;
}

/** Events by stream and number, from 1. A stream that was given up can't be resumed any more. */
export class EventLog {
  readonly #maxBytes: number;
  /** In the order in which they began. */
  readonly #streams = new Map<string, Kept>();
  #bytes = 0;

  constructor({ maxBytes }: EventLogLimits) {
    this.#maxBytes = maxBytes;
  }

  begin(stream: string): void {
    this.#streams.set(stream, { events: [], bytes: 0 });
  }

  /** Kept, if the stream is. */
  add(stream: string, event: Buffer): void {
    const kept = this.#streams.get(stream);
    if (kept === undefined) return;
    kept.events.push(event);
    kept.bytes += event.length;
    this.#bytes += event.length;
    for (const oldest of this.#streams.keys()) {
      if (this.#bytes <= this.#maxBytes) return;
      this.forget(oldest);
    }
  }

  /** The events behind this one; undefined if they are not kept (any more), or there was no such event. */
  after(stream: string, number: number): readonly Buffer[] | undefined {
    const events = this.#streams.get(stream)?.events;
    return events === undefined || number > events.length ? undefined : events.slice(number);
  }

  forget(stream: string): void {
    this.#bytes -= this.#streams.get(stream)?.bytes ?? 0;
    this.#streams.delete(stream);
  }
}
