import { McpcatError } from '../lib/errors.ts';
import { asleep, step, type Effect, type LifeEvent, type LifeState } from './life.ts';
import { errorCode, failure, type Failure, type Part, type Response } from './message.ts';
import type { Peer, PeerEvents } from './peer.ts';
import type { ClientFacts, Opened } from './protocol.ts';
import { startRun, type RunEnd, type ServerRun } from './server-run.ts';
import type { OpenUpstream, StartedFor, StopUrgency } from './upstream.ts';

export interface RunnerSettings {
  readonly server: string;
  readonly open: OpenUpstream;
  /** The protocol revision that it is opened in, whoever asks. */
  readonly revision: () => string;
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
  /** It has ended, in whatever way. */
  over(): void;
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

/** Runs one server for whoever asks, as life.ts says. Nothing that was sent is ever sent again. */
export class ServerRunner {
  readonly #settings: RunnerSettings;
  readonly #waiting = new Set<Waiting>();
  readonly #sent = new Set<Waiting>();
  #state: LifeState = asleep;
  #sinceMs = Date.now();
  #holds = 0;
  #calls = 0;
  #run: ServerRun | undefined;
  /** Those whose containers may still be there. */
  readonly #runs = new Set<ServerRun>();
  #timer: NodeJS.Timeout | undefined;
  #cause = '';
  #closed = false;
  #urgency: StopUrgency = 'input-ended';

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

  /** Whatever is open gets an error; resolves when its container is gone. */
  async sleep(): Promise<void> {
    this.#cause = 'was put to sleep';
    this.#take({ kind: 'sleep' });
    await Promise.all([...this.#runs].map(async ({ gone }) => gone));
  }

  /** For good; resolves when its container is gone. */
  async close(urgency: StopUrgency): Promise<void> {
    this.#closed = true;
    this.#urgency = urgency;
    // One that is being stopped already is told again.
    if (this.#state.kind === 'stopping') this.#run?.stop(urgency);
    const gone = this.sleep();
    clearTimeout(this.#timer);
    await gone;
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
        this.#start();
        return;
      case 'stop':
        this.#run?.stop(this.#urgency);
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
          this.#timer = setTimeout(() => this.#take({ kind: 'timer' }), effect.afterMs).unref();
    }
  }

  #start(): void {
    const { open, startedFor, revision, client, events, startTimeoutMs } = this.#settings;
    const run: ServerRun = startRun({
      open,
      startedFor: startedFor(),
      opening: { revision: revision(), client: client() },
      startTimeoutMs,
      peerEvents: events,
      started: async (peer, opened) => events.started(peer, opened),
      onReady: () => {
        if (this.#state.kind !== 'starting') return;
        this.#take({ kind: 'started' });
        this.#look();
      },
      onOver: (end) => this.#over(run, end),
    });
    this.#run = run;
    this.#runs.add(run);
    void run.gone.then(() => this.#runs.delete(run));
  }

  /** Whoever waits for an answer is not kept waiting; what is wanted of one that is stopped waits until it is gone. */
  #over(run: ServerRun, { cause, error }: RunEnd): void {
    const { server, events } = this.#settings;
    events.over();
    if (this.#state.kind === 'stopping') {
      void run.gone.then(() => {
        this.#run = undefined;
        this.#take({ kind: 'ended' });
      });
      return;
    }
    const isStarting = this.#state.kind === 'starting';
    this.#cause = isStarting ? `was not started: ${cause}` : `has ended while this ran: ${cause}`;
    events.trouble(isStarting ? `${server} ${this.#cause}` : `${server} has ended: ${cause}`);
    this.#run = undefined;
    this.#take(
      isStarting ? { kind: 'not-started', fault: isOurs(error) ? 'ours' : 'server' } : { kind: 'ended' },
    );
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

/** What the user has to give, agree to, or build: no fault of the server's. */
function isOurs(error: unknown): boolean {
  return (
    error instanceof McpcatError &&
    (error.exitCode === 2 || ['image-missing', 'too-many-servers'].includes(error.code))
  );
}
