import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { ResolveDebian } from '../debian/confined-apt.ts';
import type { RunContext, BuildEnvironment } from '../image-build/build-server.ts';
import { loadServer } from '../catalog/load.ts';
import type { Lock } from '../catalog/lock.ts';
import { imageOf } from '../catalog/image-name.ts';
import type { Server } from '../catalog/server.ts';
import type { Engine } from '../engine/engine.ts';
import type { Finding } from '../lib/finding.ts';
import { writeTogether } from '../lib/folders.ts';
import { updateServer } from '../update/update-server.ts';
import type { UpstreamRecord } from '../provenance/record.ts';
import { dependencyDiff, type DependencyDiff } from './dependency-diff.ts';
import { failureFinding } from './failure-finding.ts';
import { sameLicense } from './licenses.ts';
import { verify, type Verification } from './verify.ts';
import { runtimeFindings } from './runtime-fit.ts';
import { readTools, toolDiff, toolDiffLines, type ToolDiff } from './tool-diff.ts';
import { undeclaredSettings } from './undeclared-settings.ts';
import { excused, holdsBack, updateFinding } from './update-findings.ts';
import { recordUpstreamWord } from './upstream-word.ts';

export interface EntryRequest {
  readonly server: Server;
  /** The release to lock; undefined: the one in the lock, with its dependencies anew. */
  readonly version: string | undefined;
  /** Dependencies published later are not taken. */
  readonly before: Date | undefined;
  readonly buildEnvironment: BuildEnvironment;
  readonly run: RunContext;
  readonly engine: Engine;
  readonly resolveDebian: ResolveDebian;
  /** A changed list of tools does not hold the release back: somebody reviews it. */
  readonly reviewed: boolean;
  /** Asked with the text of the new `lock.json` before anything is built: says why nothing is left to do, if so. */
  readonly settled?: (lock: string) => Promise<string | undefined>;
  /** What becomes of a verified release; `writeEntry` puts it in its place. */
  readonly accept: (verified: VerifiedUpdate) => Promise<string>;
}

export interface VerifiedUpdate {
  readonly server: Server;
  readonly lock: Lock;
  /** File name → text, of the files of the entry that change; `lock.json` last. */
  readonly files: Readonly<Record<string, string>>;
  readonly verification: Verification;
  readonly dependencies: DependencyDiff;
  /** What upstream's services say of the release. */
  readonly upstream: UpstreamRecord;
  /** Undefined if the tools were never reviewed. */
  readonly tools: ToolDiff | undefined;
  readonly findings: readonly Finding[];
}

export interface EntryOutcome {
  readonly name: string;
  readonly from: string | undefined;
  readonly to: string;
  readonly state: 'updated' | 'unchanged' | 'held';
  readonly findings: readonly Finding[];
  readonly dependencies?: DependencyDiff;
  /** What `accept` said. */
  readonly result?: string;
}

/**
 * Locks, builds and verifies a release in a copy of the entry, and lets it take its place only then. Whatever fails
 * before leaves the entry, byte for byte, and its image as they were, and is a finding with the last lines of the log.
 * Outages of a registry or the engine are thrown: they say nothing about the release.
 */
export async function updateEntry(request: EntryRequest): Promise<EntryOutcome> {
  const { server, version } = request;
  const root = await mkdtemp(path.join(os.tmpdir(), 'mcpcat-candidate-'));
  const { name } = server.entry;
  const outcome = { name, from: server.lock?.version, to: version ?? server.lock?.version ?? '' };
  try {
    return await attempt(request, root);
  } catch (error) {
    const finding = failureFinding(error);
    const findings = excused([finding], []);
    return { ...outcome, state: 'held', findings };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function attempt(request: EntryRequest, root: string): Promise<EntryOutcome> {
  const { server } = request;
  const { name } = server.entry;
  const folder = path.join(root, name);
  await cp(server.folder, folder, { recursive: true });
  const locked = await lockCopy(request, folder);
  const candidate = await loadServer(root, name);
  const { lock } = candidate;
  if (lock === undefined) throw new Error('Internal error: a locked server without a lock');
  const outcome = { name, from: server.lock?.version, to: lock.version };
  if (!locked) {
    const findings = excused(
      await undeclaredSettings(candidate.entry, lock, request.run),
      server.entry.exceptions,
    );
    return { ...outcome, state: 'unchanged', findings };
  }
  const dependencies = dependencyDiff(server.lock, lock);
  const word = await recordUpstreamWord({ ...request, lock, folder });
  const told = excused(word.findings, server.entry.exceptions);
  // What is held back anyway is not fetched to be looked through.
  const known = holdsBack(told) ? told : [...told, ...(await releaseFindings(request, lock))];
  const held = (findings: readonly Finding[]): EntryOutcome => ({
    ...outcome,
    state: 'held',
    findings,
    dependencies,
  });
  if (holdsBack(known)) return held(known);
  const settled = await request.settled?.(await readFile(path.join(folder, 'lock.json'), 'utf8'));
  if (settled !== undefined)
    return { ...outcome, state: 'unchanged', findings: known, dependencies, result: settled };
  return verify({ ...request, server: candidate, replaces: imageOf(server) }, async (verification) => {
    const tools = await toolsOf(server.folder, folder);
    const findings = [
      ...known,
      ...verification.findings,
      ...excused(toolFindings(request, tools), server.entry.exceptions),
    ];
    if (holdsBack(findings)) return held(findings);
    const files = await changedFiles(server.folder, folder);
    const result = await request.accept({
      ...{ server, lock, files, verification, dependencies, tools, findings },
      upstream: word.record,
    });
    return { ...outcome, state: 'updated', findings, dependencies, result };
  });
}

/** True if any file changed. */
async function lockCopy(
  { server, version, before, buildEnvironment: { templates }, run, resolveDebian }: EntryRequest,
  folder: string,
): Promise<boolean> {
  const copy = { ...server, folder };
  const kept = version ?? server.lock?.version;
  const request = { ...run, server: copy, templates, resolveDebian, version: kept, before };
  return (await updateServer(request)).changed;
}

/** What is wrong with a release before anything of it is built. */
async function releaseFindings(
  { server, buildEnvironment, run }: EntryRequest,
  lock: Lock,
): Promise<Finding[]> {
  const { entry, lock: old } = server;
  const findings = excused(
    [
      ...(await runtimeFindings(lock, buildEnvironment)),
      ...licenseFindings(server.entry.license, { old, lock }),
    ],
    entry.exceptions,
  );
  // What is held back anyway is not fetched to be looked through.
  if (holdsBack(findings)) return findings;
  return [...findings, ...excused(await undeclaredSettings(entry, lock, run), entry.exceptions)];
}

/** A licence that the entry's own `license` names has been accepted by a person. */
function licenseFindings(accepted: string, { old, lock }: { old: Lock | undefined; lock: Lock }): Finding[] {
  const [before, after] = [old?.license, lock.license];
  if (before === undefined || before === after) return [];
  if (after !== undefined && (sameLicense(before, after) || sameLicense(after, accepted))) return [];
  const now = after ?? 'none that it names';
  return [
    updateFinding(
      'license-changed',
      `${lock.version} has the licence ${now}, ${old?.version ?? ''} had ${before}`,
    ),
  ];
}

async function toolsOf(before: string, after: string): Promise<ToolDiff | undefined> {
  const [old, now] = await Promise.all([readTools(before), readTools(after)]);
  return old === undefined || now === undefined ? undefined : toolDiff(old, now);
}

function toolFindings({ reviewed }: EntryRequest, tools: ToolDiff | undefined): Finding[] {
  const lines = tools === undefined ? [] : toolDiffLines(tools);
  if (lines.length === 0) return [];
  const finding = updateFinding('tools-changed', `${String(lines.length)} change(s) to the tools`, lines);
  return [reviewed ? { ...finding, severity: 'info' } : finding];
}

/** `lock.json` goes last: it is what says that the others are complete. */
async function changedFiles(before: string, after: string): Promise<Record<string, string>> {
  const names = (await readdir(after)).toSorted(
    (a, b) => Number(a === 'lock.json') - Number(b === 'lock.json'),
  );
  const files: Record<string, string> = {};
  for (const name of names) {
    const text = await readFile(path.join(after, name), 'utf8');
    const old = await readFile(path.join(before, name), 'utf8').catch(() => undefined);
    if (text !== old) files[name] = text;
  }
  return files;
}

/** Puts a verified release in its place: the entry's files together, then the image under the entry's name. */
export async function writeEntry(
  { server, files, verification }: VerifiedUpdate,
  engine: Engine,
): Promise<string> {
  await writeTogether(server.folder, files);
  await engine.tagImage(verification.image, imageOf(server));
  return `${String(Object.keys(files).length)} files written`;
}
