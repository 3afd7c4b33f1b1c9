import type { OnAttempt } from '../egress/attempt.ts';
import type { Engine, ExecSession } from '../engine/engine.ts';
import { messageOf } from '../lib/errors.ts';
import { within } from '../lib/within.ts';

/**
 * The second lease: the open stdin of `mcpcat-init lease`, run beside the server. When this process dies, the engine
 * closes that stream at once, also where the server's own stdin is full and nobody would notice (docs/facts.md).
 */
export interface LeaseRequest {
  readonly engine: Pick<Engine, 'endpoint' | 'exec'>;
  readonly id: string;
  /** Path of process 1 in the container. */
  readonly init: string;
  /** Resolves when the server has begun to talk or is in trouble: opening the lease must not slow its start. */
  readonly moment: Promise<unknown>;
  /** The lease could not be held: the session can't be kept safely. */
  readonly onLost: (message: string) => void;
  /** What ended inside a container without a tunnel (src/init/attempts.h). */
  readonly onAttempt?: OnAttempt | undefined;
}

/** Milliseconds between two beats, and of silence after which the launcher counts as gone. */
const beat = 10_000;
const silence = 35_000;
/** Milliseconds: however quiet a server is, the lease is held from then on. */
const latest = 3000;
const attempts = 3;
/** An engine that can't run it says why on its streams and answers 126 or 127, as a shell does. */
const refused: ReadonlySet<number> = new Set([126, 127]);
const exitCodeMs = 2000;
const maxWords = 500;

/** Holds the lease until `release` is called. */
export function holdLease(request: LeaseRequest): { release(): void } {
  const state: LeaseState = { released: false, session: undefined, timers: new Set() };
  void hold(request, state);
  return {
    release: () => {
      state.released = true;
      state.session?.destroy();
      for (const timer of state.timers) clearTimeout(timer);
    },
  };
}

/** A remote launcher may vanish without a word, so it has to beat; on a local socket the kernel tells. Milliseconds. */
export function heartbeatOf({ endpoint }: Pick<Engine, 'endpoint'>): number | undefined {
  return endpoint.startsWith('unix:') ? undefined : silence;
}

interface LeaseState {
  released: boolean;
  session: ExecSession | undefined;
  readonly timers: Set<NodeJS.Timeout>;
}

async function hold(request: LeaseRequest, state: LeaseState): Promise<void> {
  await Promise.race([request.moment, later(latest, state)]);
  let last = '';
  for (let attempt = 0; attempt < attempts; attempt++) {
    try {
      if (state.released) return;
      last = await holdOnce(request, state);
    } catch (error) {
      last = messageOf(error);
    }
    await later(500 * (attempt + 1), state);
  }
  if (!state.released) request.onLost(`the lease on the container could not be held: ${last}`);
}

/** Resolves when the lease has ended, to the reason. */
async function holdOnce({ engine, id, init, onAttempt }: LeaseRequest, state: LeaseState): Promise<string> {
  const heartbeat = heartbeatOf(engine);
  const beats = heartbeat === undefined ? [] : ['--heartbeat', String(heartbeat)];
  const session = await engine.exec(id, [init, 'lease', ...beats]);
  if (state.released) {
    session.destroy();
    return '';
  }
  state.session = session;
  const timer = heartbeat !== undefined ? setInterval(() => session.stdin.write('.'), beat) : undefined;
  tell(session, onAttempt);
  const words = wordsOf(session);
  await new Promise<void>((resolve) => {
    session.stdout.once('close', resolve);
    session.stdout.once('end', resolve);
  });
  clearInterval(timer);
  const code =
    (await within(
      session.exitCode().catch(() => undefined),
      exitCodeMs,
    )) ?? 0;
  if (!refused.has(code) || words() === '') return 'it was ended inside the container';
  return `${words()} (exit code ${String(code)})`;
}

/** What it says, on one line; it is read so that the session never stalls. */
function wordsOf({ stdout, stderr }: ExecSession): () => string {
  let said = '';
  for (const stream of [stdout, stderr])
    stream.on('data', (chunk: Buffer) => {
      if (said.length < maxWords) said += chunk.toString('latin1', 0, maxWords);
    });
  return () =>
    said
      .replaceAll(/[^\x21-\x7e]+/g, ' ')
      .trim()
      .slice(0, maxWords);
}

/** The reader is loaded when there is something to read: most servers try nothing. */
function tell({ stdout }: ExecSession, onAttempt: OnAttempt = () => undefined): void {
  let reader: Promise<(chunk: Buffer) => void> | undefined;
  stdout.on('data', (chunk: Buffer) => {
    reader ??= import('../egress/lease-reports.ts').then(({ leaseReports }) => leaseReports(onAttempt));
    void reader.then((read) => read(chunk));
  });
}

function later(milliseconds: number, { released, timers }: LeaseState): Promise<void> {
  if (released) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      resolve();
    }, milliseconds);
    timers.add(timer.unref());
  });
}
