import { readFile } from 'node:fs/promises';
import { imageOf, type Server } from '../catalog/server.ts';
import { Tools, toolsFile } from '../catalog/tools.ts';
import type { Engine, ImageFacts, Labels } from '../engine/engine.ts';
import { McpcatError } from '../lib/errors.ts';
import type { Emit } from '../lib/event.ts';
import type { Finding } from '../lib/finding.ts';
import { jsonText, writeWhole } from '../lib/folders.ts';
import type { ToolFacts } from '../mcp/handshake.ts';
import { startsWithExamples } from './checks/examples.ts';
import { exitsAfterEof } from './checks/exit.ts';
import { callSucceeds, handshakeSucceeds } from './checks/handshake.ts';
import { staysWithinLimits } from './checks/limits.ts';
import { onlyJsonRpc } from './checks/output.ts';
import { asksOnlyDeclared, declaredAndNoMore } from './checks/permissions.ts';
import { oneProcess } from './checks/processes.ts';
import { toolsAsReviewed } from './checks/tools.ts';
import { writesInside } from './checks/writes.ts';
import type { Check, Observation } from './observation.ts';
import { dropProof, keepProof, provedIn, type Proved } from './keep-proof.ts';
import { observe, observeModern } from './observe.ts';
import { observeExamples } from './observe-examples.ts';

/** By the name that a proof has for it. */
const checks: Readonly<Record<string, Check>> = {
  handshake: handshakeSucceeds,
  call: callSucceeds,
  examples: startsWithExamples,
  limits: staysWithinLimits,
  output: onlyJsonRpc,
  exit: exitsAfterEof,
  processes: oneProcess,
  writes: writesInside,
  permissions: declaredAndNoMore,
  hosts: asksOnlyDeclared,
  tools: toolsAsReviewed,
};

export interface SmokeRequest {
  readonly engine: Engine;
  readonly server: Server;
  readonly labels: Labels;
  /** Instead of the entry's own image. */
  readonly image?: string;
  /** Take a changed list of tools as the reviewed one. */
  readonly accept: boolean;
  readonly deadlineMs: number;
  readonly emit: Emit;
  readonly signal?: AbortSignal | undefined;
}

/** What `mcpcat test` found out about one server. */
export interface SmokeReport {
  readonly name: string;
  readonly image: string;
  readonly imageId: string;
  readonly passed: boolean;
  readonly findings: readonly Finding[];
  readonly eras: readonly ('initialize' | 'stateless')[];
  readonly protocolVersion: string | undefined;
  readonly serverInfo: { readonly name: string; readonly version: string } | undefined;
  readonly tools: number;
  /** How much of the declared permissions was proved, both ways. */
  readonly proof: Proved;
  /** Names of the checks that found nothing; `call` and `examples` only where there are some. */
  readonly checks: readonly string[];
  readonly call: string | undefined;
  readonly initializeMs: number | undefined;
  readonly memoryBytes: number | undefined;
  readonly exitMs: number | undefined;
}

/** Proves one image in the sandbox that `run` uses too. */
export async function smokeTest(request: SmokeRequest): Promise<SmokeReport> {
  const { engine, server, emit } = request;
  const { entry } = server;
  const subject = entry.name;
  const image = request.image ?? imageOf(subject);
  const facts = await engine.inspectImage(image);
  if (facts === undefined)
    throw new McpcatError('image-missing', `${subject} has no image on this engine yet`, {
      hint: `mcpcat build ${subject}`,
    });
  emit({ type: 'stage', subject, stage: 'test', state: 'started' });
  const knownTools = request.accept ? undefined : await readTools(server.folder);
  const observed = {
    engine,
    entry,
    image,
    labels: request.labels,
    knownTools,
    deadlineMs: request.deadlineMs,
    signal: request.signal,
  };
  const session = await observe(observed);
  const answers = session.handshake.failure === undefined;
  const [modern, filled] = answers
    ? await Promise.all([observeModern(observed), observeExamples(observed)])
    : [false, undefined];
  const seen = { ...session, filled };
  const report = reportOf(seen, { image, imageId: facts.id, modern });
  if (report.passed && (knownTools === undefined || request.accept))
    await writeTools(server.folder, seen.handshake.tools);
  await recordProof(request, { report, image: facts });
  emit({
    type: 'stage',
    subject,
    stage: 'test',
    state: report.passed ? 'done' : 'failed',
    detail: summary(report),
  });
  return report;
}

async function recordProof(
  { engine, server: { entry, folder } }: SmokeRequest,
  { report, image }: { readonly report: SmokeReport; readonly image: ImageFacts },
): Promise<void> {
  if (!report.passed) return dropProof({ folder, image });
  const { proof: proved, tools, checks: passed, initializeMs, memoryBytes, exitMs } = report;
  const measured = { initializeMs, memoryBytes, exitMs };
  const info = await engine.info();
  await keepProof({ folder, entry, image, engine: info, proved, tools, checks: passed, measured });
}

function reportOf(
  seen: Observation,
  { image, imageId, modern }: { image: string; imageId: string; modern: boolean },
): SmokeReport {
  const { entry, handshake } = seen;
  const found = Object.entries(checks).map(([check, judge]) => ({ check, findings: judge(seen) }));
  const findings = found.flatMap((of) => of.findings).map((finding) => excuse(finding, entry.exceptions));
  return {
    name: entry.name,
    image,
    imageId,
    passed: findings.every(({ severity }) => severity !== 'error'),
    findings,
    eras: [
      ...(handshake.failure === undefined ? (['initialize'] as const) : []),
      ...(modern ? (['stateless'] as const) : []),
    ],
    protocolVersion: handshake.protocolVersion,
    serverInfo: handshake.serverInfo,
    tools: handshake.tools.length,
    proof: provedIn(seen.probed),
    checks: found
      .filter(({ check, findings: of }) => of.length === 0 && isMade(check, seen))
      .map(({ check }) => check),
    call: handshake.call?.text,
    initializeMs: handshake.initializeMs,
    memoryBytes: seen.memory,
    exitMs: seen.exitMs,
  };
}

/** A check that had nothing to look at has found nothing either. */
function isMade(check: string, { entry, probed, filled }: Observation): boolean {
  if (check === 'examples') return filled !== undefined;
  if (check === 'call') return entry.smoke.call !== undefined;
  return check !== 'permissions' || probed !== undefined;
}

/** An exception of the entry lowers a finding; its reason goes with it. */
function excuse(finding: Finding, exceptions: Server['entry']['exceptions']): Finding {
  const exception = exceptions.find((item) => item.finding === finding.kind);
  return exception === undefined ? finding : { ...finding, severity: 'info', excused: exception.reason };
}

async function readTools(folder: string): Promise<ToolFacts[] | undefined> {
  const text = await readFile(toolsFile(folder), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : Tools.parse(JSON.parse(text)).tools;
}

async function writeTools(folder: string, tools: readonly ToolFacts[]): Promise<void> {
  const sorted = tools.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  await writeWhole(toolsFile(folder), jsonText({ tools: sorted }));
}

function summary({ passed, tools, initializeMs, findings }: SmokeReport): string {
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (!passed) return errors.map(({ kind }) => kind).join(', ');
  return `${String(tools)} tools, initialize ${String(Math.round(initializeMs ?? 0))} ms`;
}
