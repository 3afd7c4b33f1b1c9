import { McpcatError, messageOf } from '../lib/errors.ts';
import { asleep, step, type Effect, type LifeEvent, type LifeState } from './life.ts';
import { errorCode, failure, type Failure, type Part, type Response } from './message.ts';
import { Peer, type PeerEvents } from './peer.ts';
import { openProtocol, type ClientFacts, type Opened } from './protocol.ts';
import type { OpenUpstream, StartedFor, Upstream } from './upstream.ts';

export interface RunnerSettings {
  readonly server: string;
  readonly open: OpenUpstream;
  /** The protocol revision that it is opened in, whoever asks. */
  readonly revision: string;
  readonly client: () => ClientFacts;
  readonly startedFor: () => StartedFor;
  readonly idleMs: number;
  /** Milliseconds for the answer to its first request, and to whatever `started` asks. */
  readonly startTimeoutMs: number;
  readonly events: RunnerEvents;
}

export interface RunnerEvents extends PeerEvents {
  /** It runs and has said what it is; nothing that waits is sent before this resolves. A rejection ends the start. */
  started(peer: Peer, opened: Opened): Promise<void>;
  /** It did not start, or has ended without being told to: one line for people. */
  trouble(text: string): void;
}

/** Something that a server is asked; started for it if it sleeps. */
export interface Ask {
  readonly method: string;
  /** Given the id under which the server knows it, which serves as its progress token. */
  readonly params: (id: number) => Part | undefined;
  /** Called once. */
  readonly onAnswer: (response: Response, outcome: AskOutcome) => void | Promise<void>;
  /** It has to wait for the server's start. */
  readonly onWaiting?: () => void;
  /** Asked right before it is sent: an answer instead. */
  readonly refusal?: () => Failure | undefined;
}

export type AskOutcome = 'answered' | 'refused' | 'died' | 'not-started';

/** An ask on its way. */
export interface Asked {
  /** The id under which the server knows it; undefined while it waits. */
  readonly sentAs: number | undefined;
  /** Nobody waits for the answer any more: `onAnswer` is not called. */
  cancel(params: (id: number) => Part): void;
}

interface Waiting extends Ask {
  sentAs: number | undefined;
}

/** One life of the server, from its start to its end. */
interface Run {
  readonly abort: AbortController;
  readonly gone: PromiseWithResolvers<void>;
  /** Set before anything else knows of the end. */
  isOver: boolean;
  upstream?: Upstream;
  peer?: Peer;
  /** Why it is being ended, where we know better than its end will say. */
  cause?: string;
}

/** Milliseconds a server has to end once it was told; then by force. */
const endingMs = 5000;

/** Runs one server for whoever asks, as life.ts says. Nothing that was sent is ever sent again. */
export class ServerRunner {
  readonly #settings: RunnerSettings;
  readonly #waiting = new Set<Waiting>();
  readonly #sent = new Set<Waiting>();
  #state: LifeState = asleep;
  #sinceMs = Date.now();
  #holds = 0;
  #calls = 0;
  #run: Run | undefined;
  /** Those whose containers may still be there. */
  readonly #runs = new Set<Run>();
  #timer: NodeJS.Timeout | undefined;
  #cause = '';
  #closed = false;

  constructor(settings: RunnerSettings) {
    this.#settings = settings;
  }

  get state(): LifeState['kind'] {
    return this.#state.kind;
  }

  get sinceMs(): number {
    return this.#sinceMs;
  }

  get calls(): number {
    return this.#calls;
  }

  /** Whom to speak with while it runs; undefined while it does not. */
  get peer(): Peer | undefined {
    return this.#state.kind === 'working' || this.#state.kind === 'idle' ? this.#run?.peer : undefined;
  }

  ask(ask: Ask): Asked {
    const waiting: Waiting = { ...ask, sentAs: undefined };
    this.#waiting.add(waiting);
    if (this.#closed) this.#failAll('is not served any more');
    else {
      if (this.peer === undefined) ask.onWaiting?.();
      this.#take({ kind: 'wanted' });
    }
    return {
      get sentAs() {
        return waiting.sentAs;
      },
      cancel: (params) => this.#cancel(waiting, params),
    };
  }

  /** Keeps it awake until the function that is returned is called: a subscription, a question to the client. */
  hold(): () => void {
    this.#holds += 1;
    this.#take({ kind: 'used' });
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#holds -= 1;
      this.#look();
    };
  }

  /** Whatever is open gets an error. */
  sleep(): void {
    this.#cause = 'was put to sleep';
    this.#take({ kind: 'sleep' });
  }

  /** For good; resolves when its container is gone. */
  async close(): Promise<void> {
    this.#closed = true;
    this.sleep();
    clearTimeout(this.#timer);
    await Promise.all([...this.#runs].map(({ gone }) => gone.promise));
  }

  #take(event: LifeEvent): void {
    const { state, effects } = step(this.#state, event, {
      nowMs: Date.now(),
      idleMs: this.#settings.idleMs,
    });
    if (state.kind !== this.#state.kind) this.#sinceMs = Date.now();
    this.#state = state;
    for (const effect of effects) this.#do(effect);
  }

  #do(effect: Effect): void {
    switch (effect.kind) {
      case 'start':
        void this.#start();
        return;
      case 'stop':
        this.#stop();
        return;
      case 'flush':
        this.#flush();
        return;
      case 'fail':
        this.#failAll(this.#cause);
        return;
      case 'timer':
        clearTimeout(this.#timer);
        if (effect.afterMs !== undefined)
          this.#timer = setTimeout(() => this.#take({ kind: 'timer' }), effect.afterMs);
    }
  }

  async #start(): Promise<void> {
    const run: Run = { abort: new AbortController(), gone: Promise.withResolvers(), isOver: false };
    this.#run = run;
    this.#runs.add(run);
    try {
      await this.#open(run);
    } catch (error) {
      return this.#end(run, { cause: causeOf(error), error });
    }
    if (run.isOver || this.#state.kind !== 'starting') return;
    this.#take({ kind: 'started' });
    this.#look();
  }

  async #open(run: Run): Promise<void> {
    const { open, startedFor, revision, client, events } = this.#settings;
    const upstream = await open(
      {
        message: (message) => run.peer?.take(message),
        tooLarge: (id) => run.peer?.fail(id, failure(null, errorCode.internal, tooLargeText).error),
      },
      { startedFor: startedFor(), signal: run.abort.signal },
    );
    run.upstream = upstream;
    const peer = new Peer(upstream, events);
    run.peer = peer;
    void upstream.ended.then(async (cause) => this.#end(run, { cause }));
    if (run.abort.signal.aborted) upstream.stop();
    const late = this.#expectAnswer(run);
    try {
      await events.started(peer, await openProtocol(peer, { revision, client: client() }));
    } finally {
      clearTimeout(late);
    }
  }

  #expectAnswer(run: Run): NodeJS.Timeout {
    const { startTimeoutMs } = this.#settings;
    return setTimeout(() => {
      run.cause = `did not answer within ${String(startTimeoutMs / 1000)} s`;
      run.peer?.failAll(failure(null, errorCode.internal, run.cause));
    }, startTimeoutMs);
  }

  /** Once for each run: it could not be started, or has ended. Whoever waits for an answer is not kept waiting. */
  async #end(
    run: Run,
    { cause, error }: { readonly cause: string; readonly error?: unknown },
  ): Promise<void> {
    if (run.isOver) return;
    run.isOver = true;
    const closing = run.upstream?.close() ?? Promise.resolve();
    const isStopping = this.#state.kind === 'stopping';
    if (!isStopping) this.#fall(run.cause ?? cause, error);
    run.peer?.failAll(failure(null, errorCode.internal, cause));
    await closing;
    this.#runs.delete(run);
    run.gone.resolve();
    // What was wanted meanwhile starts when nothing of this one is left.
    if (isStopping) {
      this.#run = undefined;
      this.#take({ kind: 'ended' });
    }
  }

  #fall(cause: string, error: unknown): void {
    const { server, events } = this.#settings;
    const isStarting = this.#state.kind === 'starting';
    this.#cause = isStarting ? `was not started: ${cause}` : `has ended while this ran: ${cause}`;
    events.trouble(isStarting ? `${server} ${this.#cause}` : `${server} has ended: ${cause}`);
    this.#run = undefined;
    this.#take(
      isStarting ? { kind: 'not-started', fault: isOurs(error) ? 'ours' : 'server' } : { kind: 'ended' },
    );
  }

  #stop(): void {
    const run = this.#run;
    if (run === undefined) return;
    run.abort.abort();
    run.upstream?.stop();
    setTimeout(() => void run.upstream?.close(), endingMs).unref();
  }

  #flush(): void {
    const peer = this.peer;
    if (peer === undefined) return;
    for (const waiting of this.#waiting) {
      this.#waiting.delete(waiting);
      this.#send(peer, waiting);
    }
    this.#look();
  }

  #send(peer: Peer, waiting: Waiting): void {
    const refusal = waiting.refusal?.();
    if (refusal !== undefined) return void waiting.onAnswer(refusal, 'refused');
    this.#sent.add(waiting);
    const id = peer.ask(waiting.method, waiting.params, (response) => {
      if (!this.#sent.delete(waiting)) return undefined;
      const taken = waiting.onAnswer(response, 'answered');
      this.#look();
      return taken;
    });
    if (id !== undefined) {
      waiting.sentAs = id;
      this.#calls += 1;
      return;
    }
    this.#sent.delete(waiting);
    void waiting.onAnswer(this.#failure('does not read what it is sent; this was not'), 'refused');
  }

  #cancel(waiting: Waiting, params: (id: number) => Part): void {
    this.#waiting.delete(waiting);
    if (!this.#sent.delete(waiting)) return;
    if (waiting.sentAs !== undefined) this.#run?.peer?.cancel(waiting.sentAs, params(waiting.sentAs));
    this.#look();
  }

  #failAll(cause: string): void {
    const sent = [...this.#sent];
    const waiting = [...this.#waiting];
    this.#sent.clear();
    this.#waiting.clear();
    const answer = this.#failure(cause);
    for (const one of sent) void one.onAnswer(answer, 'died');
    for (const one of waiting) void one.onAnswer(answer, 'not-started');
  }

  #failure(cause: string): Failure {
    return failure(null, errorCode.internal, `${this.#settings.server} ${cause}`);
  }

  /** Tells the machine when nothing is open any more. */
  #look(): void {
    if (this.#state.kind !== 'working') return;
    if (this.#sent.size === 0 && this.#waiting.size === 0 && this.#holds === 0)
      this.#take({ kind: 'unused' });
  }
}

const tooLargeText = 'the answer is larger than any message may be';

function causeOf(error: unknown): string {
  if (!(error instanceof McpcatError)) return messageOf(error);
  return [error.message, ...(error.hint === undefined ? [] : [`(${error.hint})`])].join(' ');
}

/** What the user has to give, agree to, or build: no fault of the server's. */
function isOurs(error: unknown): boolean {
  return error instanceof McpcatError && (error.exitCode === 2 || error.code === 'image-missing');
}
