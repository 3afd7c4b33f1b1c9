import { McpcatError } from '../../lib/errors.ts';
import { within } from '../../lib/within.ts';
import type { ExecSession } from '../engine.ts';
import type { Api } from './api.ts';
import { failureOf, type ExecStreams } from './channels.ts';
import { openStream } from './exec-socket.ts';
import { containerName } from './pod-body.ts';
import type { Pods } from './pods.ts';

/** As shells have it: it was there and can't be executed. */
export const notExecutable = 126;

/** Milliseconds in which the node passes on what it was handed; it says so at the end. */
const handedMs = 500;

/** What a stream into a pod needs. */
export interface Reach {
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
  const unwritten = await new Promise<Error | undefined>((resolve) => {
    streams.stdin.write(input, (error) => resolve(error ?? undefined));
  });
  // The half-close lets the node pass on what it has; the parked process's own input stays open (stdinOnce false).
  streams.stdin.end();
  const end = await within(streams.ended, handedMs);
  streams.destroy();
  // Without it process 1 would wait for ever, and nobody would know for what.
  const why = unwritten?.message ?? failureOf(end);
  if (why === undefined) return;
  throw new McpcatError('engine-gone', `the input of the pod ${pod} was not handed over: ${why}`, {
    hint: 'a restart of the API server ends every stream behind it: try again',
  });
}
