import { McpcatError } from '../../lib/errors.ts';
import type { ContainerEnd, ContainerSettings } from '../engine.ts';
import type { ExecEnd } from './channels.ts';
import { notExecutable, openExec, type Reach } from './execs.ts';
import { LateAttachment } from './late-attachment.ts';
import { limited } from './limited.ts';
import { byForce, exitCodeOf } from './pod-facts.ts';
import type { Pods } from './pods.ts';

/** Milliseconds: how long an API server may take to say what became of a pod whose stream was cut. */
const lookMs = 3000;

/** One server beside its parked process 1, as long as this process is its launcher. */
class PodSession {
  readonly settings: ContainerSettings;
  readonly attachment = new LateAttachment();
  readonly #ended = Promise.withResolvers<ContainerEnd>();
  #isStarted = false;

  constructor(settings: ContainerSettings) {
    this.settings = settings;
    this.#ended.promise.catch(() => undefined); // whoever waits hears of it
  }

  get ended(): Promise<ContainerEnd> {
    return this.#ended.promise;
  }

  async start(reach: Reach, pod: string): Promise<void> {
    const { entrypoint = [], command: words } = this.settings;
    const command = limited([...entrypoint, ...words], this.settings);
    const streams = await openExec(reach, { pod, command });
    this.#isStarted = true;
    this.attachment.connect(streams);
    void streams.ended
      .then((end) => this.#take(end, reach.pods, pod))
      .then(this.#ended.resolve, this.#ended.reject);
  }

  /** The pod is gone: what was never started has ended with it. */
  over(): void {
    if (this.#isStarted) return;
    this.attachment.end();
    this.#ended.resolve({ exitCode: byForce });
  }

  async #take(end: ExecEnd, pods: Pods, pod: string): Promise<ContainerEnd> {
    if (end.kind === 'exited') return { exitCode: end.exitCode };
    if (end.kind === 'failed') return { exitCode: notExecutable, error: end.message };
    return cutEnd(end.message, pods, pod);
  }
}

/** Those of this process, as long as their pods are there: `serve` opens and ends thousands of them. */
export class PodSessions {
  readonly #byPod = new Map<string, PodSession>();

  open(pod: string, settings: ContainerSettings): void {
    this.#byPod.set(pod, new PodSession(settings));
  }

  find(pod: string): PodSession | undefined {
    return this.#byPod.get(pod);
  }

  /** Throws `engine-unfit` for a pod of another process, or one that is gone. */
  of(pod: string): PodSession {
    const found = this.#byPod.get(pod);
    if (found !== undefined) return found;
    throw new McpcatError(
      'engine-unfit',
      `the pod ${pod} was made by another process, which alone speaks with its server`,
    );
  }

  /** Its pod is removed. */
  forget(pod: string): void {
    this.#byPod.get(pod)?.over();
    this.#byPod.delete(pod);
  }

  get size(): number {
    return this.#byPod.size;
  }
}

/** The pod may have ended and taken its streams along; else it is the way to it that broke. */
async function cutEnd(message: string, pods: Pods, pod: string): Promise<ContainerEnd> {
  const deadline = performance.now() + lookMs;
  do {
    const exitCode = exitCodeOf(await pods.find(pod));
    if (exitCode !== undefined) return { exitCode };
    await new Promise((resolve) => setTimeout(resolve, 200));
  } while (performance.now() < deadline);
  throw new McpcatError('engine-gone', `the stream from the pod ${pod} broke: ${message}`, {
    hint: 'a restart of the API server ends every session behind it',
  });
}
