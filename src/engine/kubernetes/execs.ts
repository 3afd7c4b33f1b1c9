import { McpcatError } from '../../lib/errors.ts';
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

/** Opens a process in a pod. A WebSocket is authorised as `get` up to Kubernetes 1.34, and as `create` since 1.35: so both. */
export async function openExec(
  { api, pods }: { readonly api: Api; readonly pods: Pods },
  { pod, command }: { readonly pod: string; readonly command: readonly string[] },
): Promise<ExecStreams> {
  const query = new URLSearchParams({
    container: containerName,
    stdin: 'true',
    stdout: 'true',
    stderr: 'true',
    tty: 'false',
  });
  for (const word of command) query.append('command', word);
  return openStream(api, {
    path: `/api/v1/namespaces/${pods.namespace}/pods/${encodeURIComponent(pod)}/exec?${query.toString()}`,
    asked: { verbs: ['create', 'get'], resource: 'pods/exec', namespace: pods.namespace },
  });
}

export function execSession(streams: ExecStreams): ExecSession {
  let end: ExecEnd | undefined;
  void streams.ended.then((found) => (end = found));
  const { stdin, stdout, stderr } = streams;
  return {
    ...{ stdin, stdout, stderr },
    destroy: () => streams.destroy(),
    async exitCode() {
      // The status comes before the end of the streams, and the close a moment after.
      await Promise.race([streams.ended, new Promise((resolve) => setTimeout(resolve, 1000).unref())]);
      if (end === undefined || end.kind === 'cut') return undefined;
      return end.kind === 'exited' ? end.exitCode : notExecutable;
    },
  };
}

/** Writes what a parked process 1 reads first. Nothing that it says is asked for, so the node stores nothing. */
export async function handParked(
  { api, pods }: { readonly api: Api; readonly pods: Pods },
  { pod, input }: { readonly pod: string; readonly input: string },
): Promise<void> {
  const query = new URLSearchParams({ container: containerName, stdin: 'true', tty: 'false' });
  const streams = await openStream(api, {
    path: `/api/v1/namespaces/${pods.namespace}/pods/${encodeURIComponent(pod)}/attach?${query.toString()}`,
    asked: { verbs: ['create', 'get'], resource: 'pods/attach', namespace: pods.namespace },
  });
  await new Promise<void>((resolve, reject) => {
    streams.stdin.write(input, (error) => (error ? reject(error) : resolve()));
  });
  // The half-close lets the node pass on what it has; the parked process's own input stays open (stdinOnce false).
  streams.stdin.end();
  await Promise.race([streams.ended, new Promise((resolve) => setTimeout(resolve, 500).unref())]);
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

  async start(reach: { readonly api: Api; readonly pods: Pods }, pod: string): Promise<void> {
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
