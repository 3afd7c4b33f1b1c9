import { messageOf } from '../lib/errors.ts';
import { handshake } from '../mcp/handshake.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { openToAll, type MountOwner } from '../test-session/mount-owner.ts';
import type { Attempt } from '../engine/probe-answers.ts';
import { probe } from '../test-session/probe.ts';
import type { TestSession } from '../test-session/test-session.ts';
import { callFailure } from './call-failure.ts';
import type { Owned } from './observation.ts';
import { startBeside, type ObserveRequest } from './observe.ts';
import { ownerCases } from './owner-cases.ts';

/**
 * One start for each of the cases: the server answers, its `smoke.call` succeeds, and what was handed over can be read
 * (and written) from its container. One after the other, each in a container of its own.
 */
export async function observeOwners(request: ObserveRequest, uid: number | undefined): Promise<Owned[]> {
  const seen: Owned[] = [];
  for (const { check, says, owner } of ownerCases(request.entry, uid)) {
    const failure = await failureWith(request, owner);
    if (failure === undefined || !(await failsAnyway(request, owner))) seen.push({ check, says, failure });
  }
  return seen;
}

/** A call that has to write fails on any folder that is read-only: that says nothing of owners. */
async function failsAnyway(request: ObserveRequest, { access }: MountOwner): Promise<boolean> {
  return access === 'ro' && (await failureWith(request, { ...openToAll, access })) !== undefined;
}

/** What went wrong, in words; undefined: nothing. */
async function failureWith(request: ObserveRequest, owner: MountOwner): Promise<string | undefined> {
  try {
    return await startBeside(
      request,
      (testSession, sandbox) => failureOf(request, { testSession, sandbox }),
      { owner },
    );
  } catch (error) {
    request.signal?.throwIfAborted();
    return messageOf(error);
  }
}

async function failureOf(
  { engine, entry, deadlineMs }: ObserveRequest,
  { testSession, sandbox }: { readonly testSession: TestSession; readonly sandbox: Sandbox },
): Promise<string | undefined> {
  const attempts = attemptsOf(sandbox);
  let closed: readonly string[] = [];
  const beforeClose = async (): Promise<void> => {
    const answers = await probe(engine, testSession, attempts);
    closed = attempts.flatMap(({ what, target }, index) => {
      const answer = answers[index];
      return answer?.verdict === 'ok' ? [] : [`${what} ${target}: ${answer?.detail ?? 'no answer'}`];
    });
  };
  const { call } = entry.smoke;
  const result = await handshake(testSession.attachment, { deadlineMs, call, beforeClose });
  if (result.failure !== undefined) return [result.failure, ...testSession.stderr.slice(-3)].join('\n');
  const failure = callFailure(entry, result.call);
  if (failure !== undefined) return `${call?.tool ?? ''}: ${failure}\n${result.call?.text ?? ''}`;
  return closed.length === 0 ? undefined : closed.join('\n');
}

/** The probe works as the server's user. It writes by making a file in a folder. What lies inside a mount is not ours to try. */
function attemptsOf({ handed }: Sandbox): Attempt[] {
  return handed.flatMap(({ target, readOnly, file }): Attempt[] => {
    if (file === true) return [{ what: 'read', target }];
    return [{ what: 'list', target }, ...(readOnly ? [] : [{ what: 'write', target } as const])];
  });
}
