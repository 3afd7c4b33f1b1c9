import { McpcatError } from '../lib/errors.ts';
import type { RevisionSurface } from '../surface/surface.ts';
import { learnSurface } from './learn.ts';
import type { ServedServer } from './served-server.ts';
import type { StartedFor } from './upstream.ts';

/** For which session, and until when it wants to know. */
interface Asking {
  readonly startedFor: StartedFor;
  readonly signal: AbortSignal;
}

interface Recording {
  readonly surface: Promise<RevisionSurface>;
  readonly abort: AbortController;
  /** Sessions that want to know. */
  wanted: number;
}

/** Of servers that nobody has recorded: one start for all sessions that want to know at the same time. */
export class Recordings {
  readonly #timeoutMs: number;
  readonly #running = new Map<ServedServer, Recording>();

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** The last session to give it up waits until nothing of it is left. Rejects where the server can't be listed. */
  async of(served: ServedServer, { startedFor, signal }: Asking): Promise<RevisionSurface> {
    const recording = this.#running.get(served) ?? this.#begin(served, startedFor);
    recording.wanted += 1;
    const left = Promise.withResolvers<never>();
    const leave = (): void => {
      recording.wanted -= 1;
      if (recording.wanted > 0)
        return left.reject(new McpcatError('cancelled', 'nobody waits for it any more'));
      this.#forget(served, recording);
      recording.abort.abort();
    };
    signal.addEventListener('abort', leave, { once: true });
    return Promise.race([recording.surface, left.promise]);
  }

  #begin(served: ServedServer, startedFor: StartedFor): Recording {
    const abort = new AbortController();
    const learned = learnSurface(served.open, {
      startedFor,
      timeoutMs: this.#timeoutMs,
      signal: abort.signal,
    });
    const surface = learned
      .then((found) => {
        served.learned(found);
        return found;
      })
      .finally(() => this.#forget(served, recording));
    const recording: Recording = { surface, abort, wanted: 0 };
    this.#running.set(served, recording);
    return recording;
  }

  #forget(served: ServedServer, recording: Recording): void {
    if (this.#running.get(served) === recording) this.#running.delete(served);
  }
}
