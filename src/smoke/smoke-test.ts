import type { Server } from '../catalog/server.ts';
import type { Proof } from '../catalog/proof.ts';
import type { Tool } from '../catalog/tools.ts';
import type { Engine, ImageFacts, Labels } from '../engine/engine.ts';
import { McpcatError } from '../lib/errors.ts';
import { thisHost } from '../host/this-host.ts';
import type { Emit } from '../lib/event.ts';
import type { Finding } from '../lib/finding.ts';
import type { Isolation } from '../sandbox/isolation.ts';
import type { Surface } from '../surface/surface.ts';
import { surfaceSha256, toolsOf } from '../surface/tools-of.ts';
import { startsWithExamples } from './checks/examples.ts';
import { answersToTheEnd, exitsAfterEof } from './checks/exit.ts';
import { callSucceeds, handshakeSucceeds } from './checks/handshake.ts';
import { staysWithinLimits } from './checks/limits.ts';
import { onlyJsonRpc } from './checks/output.ts';
import { answersWithoutInnerPaths } from './checks/paths.ts';
import { worksWithOwner } from './checks/owners.ts';
import { asksOnlyDeclared, declaredAndNoMore } from './checks/permissions.ts';
import { oneProcess } from './checks/processes.ts';
import { sessionsApart } from './checks/sharing.ts';
import { hidesNothing, offersSteadily, surfaceAsReviewed } from './checks/surface.ts';
import { toolsAsReviewed } from './checks/tools.ts';
import { writesInside } from './checks/writes.ts';
import type { Check, Observation } from './observation.ts';
import { proofOf, verifiedIn, type Verified } from './proof-of.ts';
import { settled, wasCutOff } from './cut-off.ts';
import { observe } from './observe.ts';
import { observeModern, observeSurface } from './observe-offers.ts';
import { observeExamples } from './observe-examples.ts';
import { observeOwners } from './observe-owners.ts';
import { observeShared } from './observe-shared.ts';
import { ownerChecks, untriedOwners } from './owner-cases.ts';

/** By the name that a proof has for it. */
const checks: Readonly<Record<string, Check>> = {
  handshake: handshakeSucceeds,
  call: callSucceeds,
  paths: answersWithoutInnerPaths,
  examples: startsWithExamples,
  limits: staysWithinLimits,
  output: onlyJsonRpc,
  exit: exitsAfterEof,
  answers: answersToTheEnd,
  processes: oneProcess,
  writes: writesInside,
  permissions: declaredAndNoMore,
  hosts: asksOnlyDeclared,
  tools: toolsAsReviewed,
  offer: offersSteadily,
  hidden: hidesNothing,
  surface: surfaceAsReviewed,
  sharing: sessionsApart,
  ...Object.fromEntries(ownerChecks.map((check) => [check, worksWithOwner(check)])),
};

export interface SmokeRequest {
  readonly engine: Engine;
  readonly entry: Server['entry'];
  readonly labels: Labels;
  /** Its name on the engine. */
  readonly image: string;
  /** Stronger than the engine's default. */
  readonly isolation?: Isolation | undefined;
  /** The tools that somebody has reviewed; undefined: none were, or other ones are wanted. */
  readonly reviewed: readonly Tool[] | undefined;
  /** The surface that somebody has reviewed; undefined as above. */
  readonly reviewedSurface?: Surface | undefined;
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
  readonly protocolRevisions: readonly ('initialize' | 'stateless')[];
  readonly protocolVersion: string | undefined;
  readonly serverInfo: { readonly name: string; readonly version: string } | undefined;
  readonly tools: number;
  /** How much of the declared permissions was verified, both ways. */
  readonly proof: Verified;
  /** Names of the checks that found nothing; only those that had something to look at and could be tried. */
  readonly checks: readonly string[];
  readonly call: string | undefined;
  readonly initializeMs: number | undefined;
  readonly memoryBytes: number | undefined;
  readonly exitMs: number | undefined;
}

/** All that one test knows afterwards. Nothing of it is written: that is up to whoever asked for the test. */
export interface SmokeResult {
  readonly report: SmokeReport;
  readonly image: ImageFacts;
  /** The content of `tools.json`, sorted by name. */
  readonly tools: readonly Tool[];
  /** The content of `surface.json`; undefined if it did not get so far, or is too large. */
  readonly surface: Surface | undefined;
  /** The content of `proof.json`; undefined if it has not passed. */
  readonly proof: Proof | undefined;
}

/** Verifies one image in the sandbox that `run` uses too. Throws `image-missing`. */
export async function smokeTest(request: SmokeRequest): Promise<SmokeResult> {
  const { engine, entry, isolation, emit } = request;
  const subject = entry.name;
  const image = await imageFacts(request);
  emit({ type: 'stage', subject, stage: 'test', state: 'started' });
  const result = await judged(request, image);
  const { report } = result;
  const state = report.passed ? 'done' : 'failed';
  emit({ type: 'stage', subject, stage: 'test', state, detail: summary(report) });
  const proof = report.passed
    ? await proven(entry, { engine, isolation, image: image.facts, ...result })
    : undefined;
  return { ...result, image: image.facts, proof };
}

interface Image {
  readonly reference: string;
  readonly facts: ImageFacts;
}

async function imageFacts({ engine, entry, image: reference }: SmokeRequest): Promise<Image> {
  const facts = await engine.inspectImage(reference);
  if (facts !== undefined) return { reference, facts };
  throw new McpcatError('image-missing', `${entry.name} has no image on this engine yet`, {
    hint: `mcpcat build ${entry.name}`,
  });
}

async function judged(
  { engine, entry, labels, isolation, reviewed, reviewedSurface, deadlineMs, emit, signal }: SmokeRequest,
  { reference: image, facts }: Image,
): Promise<Pick<SmokeResult, 'report' | 'tools' | 'surface'>> {
  const observed = { engine, entry, image, labels, isolation, knownTools: reviewed, deadlineMs, signal };
  const uid = thisHost().user?.uid;
  const first = await observe(observed);
  const session = wasCutOff(first) ? settled(first, await observe({ ...observed, leaving: 'idle' })) : first;
  const answers = session.handshake.failure === undefined;
  const [modern, filled, owned, shared] = answers
    ? await Promise.all([
        observeModern(observed, session.handshake.initializeMs),
        observeExamples(observed),
        observeOwners(observed, uid),
        observeShared(observed),
      ])
    : [undefined, undefined, [], undefined];
  const recorded = await observeSurface(observed, { first: session.handshake, filled, modern });
  const seen = { ...session, filled, owned, shared, recorded, knownSurface: reviewedSurface };
  const untried = answers ? untriedOwners(entry, uid) : undefined;
  if (untried !== undefined) emit({ type: 'notice', subject: entry.name, message: untried });
  const isModern = modern !== undefined;
  const report = reportOf(seen, { image, imageId: facts.id, modern: isModern });
  return { report, ...offeredIn(seen) };
}

/** Without a surface the tools are those of the first start. */
function offeredIn({ recorded, handshake }: Observation): Pick<SmokeResult, 'tools' | 'surface'> {
  const surface = recorded?.surface;
  const tools =
    surface === undefined ? handshake.tools.toSorted((a, b) => (a.name < b.name ? -1 : 1)) : toolsOf(surface);
  return { surface, tools };
}

async function proven(
  entry: Server['entry'],
  {
    engine,
    isolation,
    image,
    report,
    surface,
  }: Pick<SmokeResult, 'image' | 'report' | 'surface'> & Pick<SmokeRequest, 'engine' | 'isolation'>,
): Promise<Proof> {
  const { proof: verified, tools, checks: passed, initializeMs, memoryBytes, exitMs } = report;
  const measured = { initializeMs, memoryBytes, exitMs };
  return proofOf({
    entry,
    image,
    engine: await engine.info(),
    isolation,
    verified,
    tools,
    surface: surface && surfaceSha256(surface),
    checks: passed,
    measured,
    date: new Date(),
  });
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
    protocolRevisions: [
      ...(handshake.failure === undefined ? (['initialize'] as const) : []),
      ...(modern ? (['stateless'] as const) : []),
    ],
    protocolVersion: handshake.protocolVersion,
    serverInfo: handshake.serverInfo,
    tools: handshake.tools.length,
    proof: verifiedIn(seen.probed),
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
function isMade(check: string, seen: Observation): boolean {
  const { entry, probed, filled, owned, shared, unanswered, recorded } = seen;
  if (check.startsWith('owner-')) return owned.some((one) => one.check === check);
  if (check === 'sharing') return shared !== undefined;
  if (check === 'answers') return unanswered !== undefined;
  if (check === 'examples') return filled !== undefined;
  if (['offer', 'hidden', 'surface'].includes(check)) return recorded?.surface !== undefined;
  if (check === 'call' || check === 'paths') return entry.smoke.call !== undefined;
  return check !== 'permissions' || probed !== undefined;
}

/** An exception of the entry lowers a finding; its reason goes with it. */
function excuse(finding: Finding, exceptions: Server['entry']['exceptions']): Finding {
  const exception = exceptions.find((item) => item.finding === finding.kind);
  return exception === undefined ? finding : { ...finding, severity: 'info', excused: exception.reason };
}

function summary({ passed, tools, initializeMs, findings }: SmokeReport): string {
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (!passed) return errors.map(({ kind }) => kind).join(', ');
  return `${String(tools)} tools, initialize ${String(Math.round(initializeMs ?? 0))} ms`;
}
