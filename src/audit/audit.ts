import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Server } from '../catalog/server.ts';
import { realDial } from '../egress/dial.ts';
import type { Engine, Labels } from '../engine/engine.ts';
import { McpcatError } from '../lib/errors.ts';
import type { OfferedTool } from '../mcp/offered-tools.ts';
import { useTools } from '../mcp/use-tools.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { withExampleSandbox } from '../test-session/example-sandbox.ts';
import { exampleArguments } from './example-arguments.ts';
import { filesIn, writesOf } from './files.ts';
import { patchOf } from './patch.ts';
import { watchProcesses } from './processes.ts';
import { record, type Recording } from './recording.ts';
import {
  undeclaredFolders,
  undeclaredHosts,
  unusedFolders,
  unusedHosts,
  type AuditReport,
} from './report.ts';

export interface AuditRequest {
  readonly engine: Engine;
  readonly server: Server;
  readonly image: string;
  readonly labels: Labels;
  /** Lead declared hosts to the real ones; all others still go to the sinkhole. */
  readonly live: boolean;
  /** Settings that take the place of the entry's examples. */
  readonly settings: Readonly<Record<string, string>>;
  /** Only these tools; empty: all, with `live` those that say they only read. */
  readonly tools: readonly string[];
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a server with its tools called one after the other, and writes down which hosts, files and processes that takes.
 * Its sandbox is the usual one but for two things that let it show more: names that are not declared lead to a sinkhole,
 * and its home folder can be written.
 */
export async function audit(request: AuditRequest): Promise<AuditReport> {
  const { engine, server, image, settings } = request;
  const { name } = server.entry;
  const facts = await engine.inspectImage(image);
  if (facts === undefined)
    throw new McpcatError('image-missing', `${name} has no image on this engine yet`, {
      hint: `mcpcat build ${name}`,
    });
  const { labels, live, signal } = request;
  const declared = live ? realDial() : undefined;
  const start = (sandbox: Sandbox): Promise<Seen> =>
    record({ engine, image, labels, openHome: true, declared, signal }, sandbox, (recording) =>
      watch(request, recording),
    );
  const seen = await withExampleSandbox(server.entry, start, { settings });
  return { ...(await judged(request, seen)), imageId: facts.id };
}

type Seen = Pick<AuditReport, 'failure' | 'tools' | 'hosts' | 'writes' | 'processes'>;

async function watch(request: AuditRequest, { running, recorder, sandbox }: Recording): Promise<Seen> {
  const { engine, deadlineMs } = request;
  const processes = await watchProcesses(engine, running);
  // What it asks for in its first moments waits for the tunnel, and shall not be taken for a tool's doing.
  await running.tunnel.catch(() => undefined);
  let files: readonly string[] = [];
  const { failure, uses } = await useTools(running.attachment, {
    deadlineMs,
    argumentsFor: (tool) => choose(request, tool),
    onUse: (tool) => recorder.use(tool),
    beforeClose: async () => {
      files = await filesIn(engine, { running, sandbox });
    },
  });
  processes.stop();
  const said = [...running.stderr, ...uses.map(({ text }) => text)];
  return {
    failure,
    tools: uses,
    hosts: recorder.hosts(),
    writes: writesOf(request.server.entry, files, said),
    processes: [...processes.seen],
  };
}

/** Real hosts would do what a tool asks them to: there, only what says that it reads, or was named. */
function choose(
  { server: { entry }, live, tools }: AuditRequest,
  tool: OfferedTool,
): Readonly<Record<string, unknown>> | string {
  if (tools.length > 0 && !tools.includes(tool.name)) return 'not asked for';
  if (live && !tool.readOnly && tools.length === 0)
    return 'it does not say that it only reads, and was not named';
  const { call } = entry.smoke;
  return call?.tool === tool.name ? call.arguments : exampleArguments(tool.inputSchema);
}

async function judged(
  { server, image, live }: AuditRequest,
  seen: Seen,
): Promise<Omit<AuditReport, 'imageId'>> {
  const { entry, folder } = server;
  const undeclared = { network: undeclaredHosts(seen.hosts), writable: undeclaredFolders(seen.writes) };
  const unused = {
    network: unusedHosts(entry.permissions.network, seen.hosts),
    writable: unusedFolders(entry, seen.writes),
  };
  // A sinkhole answers nobody, so what would come after an answer is never tried: only live is an absence a sign.
  const removable = live && seen.failure === undefined ? unused : { network: [], writable: [] };
  const text = await readFile(path.join(folder, 'server.yaml'), 'utf8');
  const patch = patchOf(entry.name, text, {
    network: { add: undeclared.network, remove: removable.network },
    writable: { add: undeclared.writable, remove: removable.writable },
  });
  return { name: entry.name, image, live, ...seen, undeclared, unused, patch };
}
