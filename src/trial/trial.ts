import type { OnAttempt } from '../egress/attempt.ts';
import type { Dial } from '../egress/dial.ts';
import { openRoad } from '../egress/open-road.ts';
import { policyOf } from '../egress/policy.ts';
import type { Road } from '../egress/road.ts';
import type { Attachment, ContainerSettings, Engine, Labels } from '../engine/engine.ts';
import { httpAttachment } from '../http-bridge/http-attachment.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { hasRoad, preambleOf, settingsOf } from '../sandbox/settings.ts';

export interface TrialRequest {
  readonly engine: Engine;
  readonly image: string;
  readonly labels: Labels;
  readonly sandbox: Sandbox;
  /** Where the road leads, if the sandbox has one. */
  readonly dial: Dial;
  readonly onAttempt: OnAttempt;
  /** The last word on the settings, for a trial that shall show more than it enforces. */
  readonly adjust?: (settings: ContainerSettings) => ContainerSettings;
  readonly signal?: AbortSignal | undefined;
}

/** A server that runs under test. */
export interface Trial {
  readonly id: string;
  readonly attachment: Attachment;
  /** Grows while the server writes; the last lines only. */
  readonly stderr: string[];
  readonly ended: Promise<{ readonly exitCode: number }>;
  /** Undefined for a server on stdio without network permissions. Opens beside the server's start, as `run` does it; rejects if it could not. */
  readonly road: Promise<Road | undefined>;
}

const keptLines = 40;
/** Milliseconds; as much as the launcher waits. */
const opening = 15_000;

/** Starts the image in the sandbox. The container is removed whatever happens, also when the user gives up. */
export async function inTrial<T>(request: TrialRequest, work: (trial: Trial) => Promise<T>): Promise<T> {
  const { engine, image, labels, sandbox, signal, adjust = (settings) => settings } = request;
  signal?.throwIfAborted();
  const id = await engine.createContainer(adjust(settingsOf(sandbox, { image, labels, autoRemove: false })));
  const cancel = (): void => void engine.removeContainer(id).catch(() => undefined);
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    const watching = Promise.withResolvers<void>();
    const ended = engine.waitContainer(id, 'next-exit', watching.resolve);
    ended.catch(() => undefined); // only who waits for it cares
    const container = await engine.attachContainer(id);
    const opened = Promise.withResolvers<Road | undefined>();
    opened.promise.catch(() => undefined); // a server that has ended has none
    const attachment = spoken(sandbox, container, opened.promise);
    const stderr = collect(attachment);
    const preamble = preambleOf(sandbox);
    if (preamble) container.stdin.write(preamble);
    await Promise.race([watching.promise, ended]);
    await engine.startContainer(id);
    const road = openTrialRoad(request, id);
    opened.resolve(road);
    try {
      return await work({ id, attachment, stderr, ended, road });
    } finally {
      void road.then((open) => open?.close()).catch(() => undefined);
      attachment.destroy();
    }
  } finally {
    signal?.removeEventListener('abort', cancel);
    await engine.removeContainer(id);
  }
}

async function openTrialRoad(
  { engine, sandbox, dial, onAttempt }: TrialRequest,
  id: string,
): Promise<Road | undefined> {
  if (!hasRoad(sandbox)) return undefined;
  return openRoad({ engine, id, policy: policyOf(sandbox.network), dial, onAttempt, deadline: opening });
}

/** The server as one that speaks on its standard streams, also where it speaks HTTP. */
function spoken({ http }: Sandbox, container: Attachment, road: Promise<Road | undefined>): Attachment {
  if (http === undefined) return container;
  const over = httpAttachment(container, { ...http, road, onLost: () => over.destroy() });
  return over;
}

function collect({ stderr }: Attachment): string[] {
  const lines: string[] = [];
  let rest = '';
  stderr.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split('\n');
    rest = (parts.pop() ?? '').slice(-1000);
    lines.push(...parts.map((line) => line.slice(0, 1000)));
    lines.splice(0, lines.length - keptLines);
  });
  stderr.on('error', () => undefined);
  return lines;
}
