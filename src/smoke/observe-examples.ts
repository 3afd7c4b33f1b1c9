import { ownValue } from '../lib/own-value.ts';
import type { Entry } from '../catalog/entry.ts';
import { messageOf } from '../lib/errors.ts';
import { handshake } from '../mcp/handshake.ts';
import type { TestSession } from '../test-session/test-session.ts';
import type { Filled } from './observation.ts';
import { startBeside, type ObserveRequest } from './observe.ts';

/**
 * Whether it also starts with every example of the entry set, in a container of its own: the proof itself is of the
 * settings that nobody can leave out. Undefined where there is no other setting with an example.
 */
export async function observeExamples(request: ObserveRequest): Promise<Filled | undefined> {
  const { entry, signal, deadlineMs } = request;
  const optional = optionalExamples(entry);
  if (Object.keys(optional).length === 0) return undefined;
  const settings = Object.keys(optional);
  const beforeClose = (): Promise<void> => Promise.resolve();
  const start = async ({ attachment, stderr }: TestSession): Promise<Filled> => {
    const { failure, offer } = await handshake(attachment, { deadlineMs, lists: 'all', beforeClose });
    return { settings, failure, offer, stderr: [...stderr] };
  };
  try {
    return await startBeside(request, start, { settings: optional });
  } catch (error) {
    signal?.throwIfAborted();
    return { settings, failure: messageOf(error), offer: undefined, stderr: [] };
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
