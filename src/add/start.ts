import { exampleArguments } from '../audit/example-arguments.ts';
import { filesIn, writesOf } from '../audit/files.ts';
import { watchProcesses } from '../audit/processes.ts';
import type { Host } from '../audit/recorder.ts';
import { record, type Recording } from '../audit/recording.ts';
import type { Writes } from '../audit/report.ts';
import type { Entry } from '../catalog/entry.ts';
import type { Engine, Labels } from '../engine/engine.ts';
import type { OfferedTool } from '../mcp/offered-tools.ts';
import { useTools, type ToolUse } from '../mcp/use-tools.ts';
import { withExampleSandbox } from '../test-session/example-sandbox.ts';
import { within } from '../lib/within.ts';

export interface StartRequest {
  readonly engine: Engine;
  readonly entry: Entry;
  readonly image: string;
  readonly labels: Labels;
  /** Its home can be written, so that what it leaves there shows. */
  readonly openHome: boolean;
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** What one start of a server showed. */
export interface Seen {
  /** Why there was no list of tools; undefined if there was. */
  readonly failure: string | undefined;
  readonly tools: readonly OfferedTool[];
  readonly uses: readonly ToolUse[];
  /** Lines on its stdout that are no JSON-RPC. */
  readonly nonProtocolLines: readonly string[];
  readonly stderr: readonly string[];
  /** Undefined while it still ran. */
  readonly exitCode: number | undefined;
  readonly outOfMemory: boolean;
  readonly hosts: readonly Host[];
  readonly writes: Writes;
  readonly processes: readonly string[];
}

/** Milliseconds: for one tool, and for all of them together. A sinkhole answers at once, so what takes longer hangs. */
const callDeadlineMs = 6000;
const callsMs = 60_000;
const maxCalls = 60;

/**
 * Starts a server once in the sandbox, on the recording tunnel, and calls its tools with example arguments. Every name
 * leads to a sinkhole: nothing is sent anywhere. The container is gone afterwards.
 */
export async function startOnce(request: StartRequest): Promise<Seen> {
  const { engine, image, labels, openHome, signal } = request;
  const start = { engine, image, labels, openHome, declared: undefined, signal };
  return withExampleSandbox(request.entry, (sandbox) =>
    record(start, sandbox, (recording) => watch(request, recording)),
  );
}

async function watch(request: StartRequest, { running, recorder, sandbox }: Recording): Promise<Seen> {
  const { engine, deadlineMs, entry } = request;
  const processes = await watchProcesses(engine, running).catch(() => ({
    seen: [],
    stop: () => undefined,
  }));
  await running.tunnel.catch(() => undefined);
  const tools: OfferedTool[] = [];
  let files: readonly string[] = [];
  const calls = { until: 0, count: 0 };
  const { failure, uses, nonProtocolLines } = await useTools(running.attachment, {
    deadlineMs,
    callDeadlineMs,
    argumentsFor: (tool) => {
      tools.push(tool);
      calls.until ||= Date.now() + callsMs;
      if (calls.count++ >= maxCalls || Date.now() > calls.until) return 'enough was tried';
      return exampleArguments(tool.inputSchema);
    },
    onUse: (tool) => recorder.use(tool),
    beforeClose: async () => {
      files = await filesIn(engine, { running, sandbox });
    },
  });
  processes.stop();
  const ended = await within(running.ended, failure === undefined ? 50 : 1500);
  const facts = await engine.inspectContainer(running.id).catch(() => undefined);
  const said = [...running.stderr, ...uses.map(({ text }) => text)];
  return {
    failure,
    tools,
    uses,
    nonProtocolLines: nonProtocolLines.map(({ text }) => text),
    stderr: [...running.stderr],
    exitCode: ended?.exitCode,
    outOfMemory: facts?.outOfMemory ?? false,
    hosts: recorder.hosts(),
    writes: writesOf(entry, files, said),
    processes: [...processes.seen],
  };
}
