import { ownValue } from '../lib/own-value.ts';
import type { Entry } from '../catalog/entry.ts';
import { messageOf } from '../lib/errors.ts';
import { handshake } from '../mcp/handshake.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { withExampleSandbox } from '../test-session/example-sandbox.ts';
import { openSinkhole } from '../test-session/sinkhole.ts';
import { inTestSession } from '../test-session/test-session.ts';
import type { Filled } from './observation.ts';
import type { ObserveRequest } from './observe.ts';

/**
 * Whether it also starts with every example of the entry set, in a container of its own: the proof itself is of the
 * settings that nobody can leave out. Undefined where there is no other setting with an example.
 */
export async function observeExamples(request: ObserveRequest): Promise<Filled | undefined> {
  const { engine, entry, image, labels, signal, deadlineMs } = request;
  const optional = optionalExamples(entry);
  if (Object.keys(optional).length === 0) return undefined;
  const settings = Object.keys(optional);
  const beforeClose = (): Promise<void> => Promise.resolve();
  const start = (sandbox: Sandbox): Promise<Filled> =>
    inTestSession(
      { engine, image, labels, sandbox, signal, dial: openSinkhole().dial, onAttempt: () => undefined },
      async ({ attachment, stderr }) => {
        const { failure } = await handshake(attachment, { deadlineMs, beforeClose });
        return { settings, failure, stderr: [...stderr] };
      },
    );
  try {
    return await withExampleSandbox(entry, start, { settings: optional });
  } catch (error) {
    signal?.throwIfAborted();
    return { settings, failure: messageOf(error), stderr: [] };
  }
}

/** Those that the proof leaves out. */
function optionalExamples({ env, smoke }: Entry): Record<string, string> {
  const left = Object.entries(env).flatMap(([name, { example, required }]) =>
    required || example === undefined || ownValue(smoke.env, name) !== undefined
      ? []
      : [[name, example] as const],
  );
  return Object.fromEntries(left);
}
