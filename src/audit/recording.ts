import type { Engine, Labels } from '../engine/engine.ts';
import type { Dial } from '../egress/dial.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { openSinkhole } from '../test-session/sinkhole.ts';
import { inTestSession, type TestSession } from '../test-session/test-session.ts';
import { withHome } from './files.ts';
import { Recorder, recordingRules } from './recorder.ts';

export interface RecordingRequest {
  readonly engine: Engine;
  readonly image: string;
  readonly labels: Labels;
  /** Its home can be written, so that what it leaves there shows. */
  readonly openHome: boolean;
  /** Where declared hosts are reached; undefined leads them to the sinkhole too. */
  readonly declared: Dial | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A server that runs in the sandbox it is to have, but for what lets it show more. */
export interface Recording {
  readonly running: TestSession;
  readonly recorder: Recorder;
  readonly sandbox: Sandbox;
}

/** Starts a server on a tunnel that records what it asks for; every name that is not declared leads to a sinkhole. */
export async function record<T>(
  { openHome, declared, ...request }: RecordingRequest,
  sandbox: Sandbox,
  watch: (recording: Recording) => Promise<T>,
): Promise<T> {
  const recorder = new Recorder(sandbox.network, openSinkhole(), declared);
  const network = recordingRules(sandbox.network, sandbox.http?.port);
  const open = { ...(openHome ? withHome(sandbox) : sandbox), network };
  const { dial, attempt } = recorder;
  const policy = recorder.policyFor(network);
  return inTestSession({ ...request, sandbox: open, dial, onAttempt: attempt, policy }, (running) =>
    watch({ running, recorder, sandbox: open }),
  );
}
