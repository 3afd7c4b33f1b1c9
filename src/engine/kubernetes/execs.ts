import { McpcatError } from '../../lib/errors.ts';
import { within } from '../../lib/within.ts';
import type { Attachment, ContainerEnd, ContainerSettings, ExecSession } from '../engine.ts';
import type { Api } from './api.ts';
import type { ExecEnd, ExecStreams } from './channels.ts';
import { openStream } from './exec-socket.ts';
import { LateAttachment } from './late-attachment.ts';
import { containerName } from './pod-body.ts';
import { statusOf } from './pod-facts.ts';
import type { Pods } from './pods.ts';

/** As shells have it: it was there and can't be executed. */
const notExecutable = 126;
/** Milliseconds: how long an API server may take to say what became of a pod whose stream was cut. */
const lookMs = 3000;

/** What a stream into a pod needs. */
interface Reach {
  readonly api: Api;
  readonly pods: Pods;
}

/** Opens a process in a pod. */
export async function openExec(
  reach: Reach,
  { pod, command }: { readonly pod: string; readonly command: readonly string[] },
): Promise<ExecStreams> {
  const words = command.map((word): [string, string] => ['command', word]);
  return openInto(reach, { pod, part: 'exec', query: [['stdout', 'true'], ['stderr', 'true'], ...words] });
}

interface Into {
  readonly pod: string;
  readonly part: 'exec' | 'attach';
  readonly query: readonly [name: string, value: string][];
}

/** A WebSocket is authorised as `get` up to Kubernetes 1.34, and as `create` since 1.35: so both. */
function openInto({ api, pods: { namespace } }: Reach, { pod, part, query }: Into): Promise<ExecStreams> {
  const whole = new URLSearchParams([
    ['container', containerName],
    ['stdin', 'true'],
    ['tty', 'false'],
    ...query,
  ]);
  return openStream(api, {
    path: `/api/v1/namespaces/${namespace}/pods/${encodeURIComponent(pod)}/${part}?${whole.toString()}`,
    asked: { verbs: ['create', 'get'], resource: `pods/${part}`, namespace },
  });
}

export function execSession(streams: ExecStreams): ExecSession {
  const { stdin, stdout, stderr } = streams;
  return {
    ...{ stdin, stdout, stderr },
    destroy: () => streams.destroy(),
    async exitCode() {
      // The status comes before the end of the streams, and the close a moment after.
      const end = await within(streams.ended, 1000);
      if (end === undefined || end.kind === 'cut') return undefined;
      return end.kind === 'exited' ? end.exitCode : notExecutable;
    },
  };
}

/** Writes what a parked process 1 reads first. Nothing that it says is asked for, so the node stores nothing. */
export async function handParked(
  reach: Reach,
  { pod, input }: { readonly pod: string; readonly input: string },
): Promise<void> {
  const streams = await openInto(reach, { pod, part: 'attach', query: [] });
  await new Promise<void>((resolve, reject) => {
    streams.stdin.write(input, (error) => (error ? reject(error) : resolve()));
  });
  // The half-close lets the node pass on what it has; the parked process's own input stays open (stdinOnce false).
  streams.stdin.end();
  await within(streams.ended, 500);
  streams.destroy();
}

/** One server beside its parked process 1, as long as this process is its launcher. */
export class PodSession {
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

  attach(): Attachment {
    return this.attachment;
  }

  async start(reach: Reach, pod: string): Promise<void> {
    this.#isStarted = true;
    const command = [...(this.settings.entrypoint ?? []), ...this.settings.command];
    const streams = await openExec(reach, { pod, command });
    this.attachment.connect(streams);
    void streams.ended
      .then((end) => this.#take(end, reach.pods, pod))
      .then(this.#ended.resolve, this.#ended.reject);
  }

  /** The pod is gone: what was never started has ended with it. */
  over(): void {
    if (this.#isStarted) return;
    this.attachment.end();
    this.#ended.resolve({ exitCode: 137 });
  }

  async #take(end: ExecEnd, pods: Pods, pod: string): Promise<ContainerEnd> {
    if (end.kind === 'exited') return { exitCode: end.exitCode };
    if (end.kind === 'failed') return { exitCode: notExecutable, error: end.message };
    return cutEnd(end.message, pods, pod);
  }
}

/** The pod may have ended and taken its streams along; else it is the way to it that broke. */
async function cutEnd(message: string, pods: Pods, pod: string): Promise<ContainerEnd> {
  const deadline = performance.now() + lookMs;
  do {
    const found = await pods.find(pod);
    const terminated = found === undefined ? { exitCode: 137 } : statusOf(found)?.state?.terminated;
    if (terminated !== undefined) return { exitCode: terminated.exitCode };
    await new Promise((resolve) => setTimeout(resolve, 200));
  } while (performance.now() < deadline);
  throw new McpcatError('engine-gone', `the stream from the pod ${pod} broke: ${message}`, {
    hint: 'a restart of the API server ends every session behind it',
  });
}
