import path from 'node:path';
import type { RunContext, BuildEnvironment } from '../image-build/build-server.ts';
import type { Entry } from '../catalog/entry.ts';
import { refuseOthersImage } from '../image-build/own-image.ts';
import { imageIn } from '../catalog/image-name.ts';
import { parseSource, type Source } from '../catalog/source.ts';
import type { Engine } from '../engine/engine.ts';
import type { ResolveDebian } from '../debian/confined-apt.ts';
import { McpcatError } from '../lib/errors.ts';
import type { Finding } from '../lib/finding.ts';
import { writeTogether } from '../lib/folders.ts';
import type { SmokeReport } from '../smoke/smoke-test.ts';
import { chooseVersion, type Version } from './choose-version.ts';
import { gather } from '../evidence/gather.ts';
import { because, type Draft, type Justification } from './draft.ts';
import { entryText } from './entry-text.ts';
import { initialDraft } from './initial.ts';
import { discoverAndVerify, type Job } from './discover-and-verify.ts';
import type { Discovered, StartRecord } from './discover.ts';
import type { Package } from '../package/package.ts';
import { readPackage } from '../package/read-package.ts';
import { Scratch } from './scratch.ts';
import { freeName } from './taken-names.ts';
import type { Wanted } from '../pasted/wanted.ts';

export interface AddRequest {
  readonly wanted: Wanted;
  readonly name: string | undefined;
  /** Absolute path of the catalog folder that gets the entry. */
  readonly out: string;
  readonly coolDownDays: number;
  readonly now: Date;
  /** Write the entry also if the proof failed. */
  readonly draft: boolean;
  /** Write nothing. */
  readonly dryRun: boolean;
  /** Packages whose install scripts may run while the image is built, without root and without network. */
  readonly allowedScripts: readonly string[];
  readonly buildEnvironment: BuildEnvironment;
  readonly run: RunContext;
  readonly engine: Engine;
  readonly resolveDebian: ResolveDebian;
}

/** What became of a package, with everything that a person has to look at. */
export interface AddReport {
  readonly name: string;
  readonly source: string;
  readonly version: string;
  readonly state: 'added' | 'verified' | 'draft' | 'failed';
  /** Where the entry was written; undefined if nothing was. */
  readonly folder: string | undefined;
  readonly entry: Entry | undefined;
  /** `server.yaml` as it was or would be written. */
  readonly text: string;
  readonly tools: number;
  readonly confirm: readonly Justification[];
  /** Hosts that were not permitted, with the reason. */
  readonly leftOut: readonly Justification[];
  readonly starts: readonly StartRecord[];
  readonly failure: { readonly message: string; readonly detail: readonly string[] } | undefined;
  readonly findings: readonly Finding[];
  /** Packages whose install scripts it seems to need and nobody has allowed. */
  readonly wantedScripts: readonly string[];
  readonly seconds: number;
}

/** Failures that the package itself causes: an answer, not an error. All others are thrown. */
const ownFaults = new Set([
  'lock-refused',
  'system-unresolved',
  'build-failed',
  'integrity-mismatch',
  'bin-unknown',
  'entry-refused',
]);

/** From a package to a verified entry. Nothing half-made lands in the catalog, whatever happens. */
export async function add(request: AddRequest): Promise<AddReport> {
  const started = performance.now();
  const { wanted, run } = request;
  const source = parseSource(wanted.source);
  const { name, why } = await freeName(request.out, { source, wanted: request.name });
  const say = (message: string): void => run.emit({ type: 'notice', subject: name, message });
  const chosen = await chooseVersion(source, { ...request, ...run });
  say(`${source.kind}:${source.name} ${chosen.version}`);
  const own = await readPackage(source.kind, { ...run, name: source.name, version: chosen.version });
  const evidence = gather(own);
  const given = { name, source: sourceText(source, own), ...partsOf(wanted) };
  const first = initialDraft(own, evidence, given);
  const common = { name, source: given.source, version: own.version };
  const done = (rest: Omit<AddReport, keyof typeof common | 'seconds'>): AddReport => ({
    ...common,
    ...rest,
    seconds: (performance.now() - started) / 1000,
  });
  if (first === undefined)
    return done(failed({ message: `the package has no program that could be started`, detail: [] }));
  const draft = concerned(first, { chosen, nameWhy: why, deprecated: own.deprecated });
  try {
    const { allowedScripts } = request;
    return done(await attempt(request, { own, evidence, draft, chosen, allowedScripts, say }));
  } catch (error) {
    if (!(error instanceof McpcatError) || !ownFaults.has(error.code)) throw error;
    return done({
      ...failed({ message: error.message, detail: error.detail }),
      text: entryText(draft.entry),
      entry: draft.entry,
      confirm: draft.justifications,
    });
  }
}

function failed(failure: AddReport['failure']): Omit<AddReport, 'name' | 'source' | 'version' | 'seconds'> {
  return {
    state: 'failed',
    folder: undefined,
    entry: undefined,
    text: '',
    tools: 0,
    confirm: [],
    leftOut: [],
    starts: [],
    failure,
    findings: [],
    wantedScripts: [],
  };
}

/** A range stays as it was written; a Go source names the program. */
function sourceText(source: Source, own: Package): string {
  return `${source.kind}:${own.name}${source.range === undefined ? '' : `@${source.range}`}`;
}

function partsOf({ command, args, env }: Wanted): {
  command: string | undefined;
  args: readonly string[] | undefined;
  env: Readonly<Record<string, string>>;
} {
  return { command, args: args.length === 0 ? undefined : args, env };
}

function concerned(
  draft: Draft,
  {
    chosen,
    nameWhy,
    deprecated,
  }: { chosen: Version; nameWhy: string | undefined; deprecated: string | undefined },
): Draft {
  const named =
    nameWhy === undefined ? draft : because(draft, { field: 'name', value: draft.entry.name, why: nameWhy });
  return chosen.concern === undefined || deprecated !== undefined
    ? named
    : because(named, { field: 'source', value: draft.entry.source, why: chosen.concern });
}

type Outcome = Omit<AddReport, 'name' | 'source' | 'version' | 'seconds'>;

async function attempt(
  request: AddRequest,
  job: Omit<Job, 'engine' | 'emit' | 'signal' | 'scratch'>,
): Promise<Outcome> {
  const { engine, buildEnvironment, run, resolveDebian, out, dryRun } = request;
  const { own, draft, chosen } = job;
  const { name, source } = draft.entry;
  const image = imageIn({ kind: 'folder', folder: out }, name);
  if (!dryRun) await refuseOthersImage(engine, { image, source });
  const versions = { version: own.version, before: chosen.before };
  await using scratch = await Scratch.open({
    name,
    engine,
    buildEnvironment,
    run,
    resolveDebian,
    ...versions,
  });
  const { emit, signal } = run;
  const { discovered, verified, leftOut } = await discoverAndVerify({
    ...job,
    engine,
    emit,
    signal,
    scratch,
  });
  if (verified === undefined) return unstarted(request, { scratch, discovered });
  const { draft: settled, report } = verified;
  const about = {
    entry: settled.entry,
    text: entryText(settled.entry),
    tools: report.tools,
    confirm: settled.justifications,
    leftOut,
    starts: discovered.starts,
    findings: report.findings,
    wantedScripts: discovered.wantedScripts,
  };
  if (!report.passed) {
    const folder = await written(request, scratch);
    return { ...about, state: request.draft ? 'draft' : 'failed', failure: failureOf(report), folder };
  }
  signal?.throwIfAborted();
  if (dryRun) return { ...about, state: 'verified', failure: undefined, folder: undefined };
  const folder = path.join(out, name);
  await writeTogether(folder, await scratch.files());
  await engine.tagImage(scratch.image, image);
  return { ...about, state: 'added', failure: undefined, folder };
}

function failureOf({ findings }: SmokeReport): AddReport['failure'] {
  const errors = findings.filter(({ severity }) => severity === 'error');
  return {
    message: `the smoke test found ${errors.map(({ kind }) => kind).join(', ')}`,
    detail: errors.flatMap(({ message, evidence = [] }) => [message, ...evidence.slice(-10)]),
  };
}

async function unstarted(
  request: AddRequest,
  { scratch, discovered }: { scratch: Scratch; discovered: Discovered },
): Promise<Outcome> {
  const { draft, last, starts, refused } = discovered;
  const said = [...last.nonProtocolLines.slice(0, 5), ...last.stderr.slice(-15)].filter(
    (line) => line.trim() !== '',
  );
  const failure = {
    message: `no start of it got to a list of tools (${last.failure ?? 'unknown'})${reachedFor(last)}`,
    detail: [...refused, ...said],
  };
  return {
    ...failed(failure),
    state: request.draft ? 'draft' : 'failed',
    folder: await written(request, scratch),
    entry: draft.entry,
    text: entryText(draft.entry),
    confirm: draft.justifications,
    starts,
    wantedScripts: discovered.wantedScripts,
  };
}

/** What can't work without its service can't be verified without it either. */
function reachedFor({ hosts }: Discovered['last']): string {
  const names = hosts.filter(({ port }) => port !== undefined).map(({ name }) => name);
  if (names.length === 0) return '';
  return `; it reached for ${[...new Set(names)].slice(0, 3).join(', ')} before, where a test has nobody`;
}

/** Of an entry that is not verified; only where a draft was asked for. */
async function written({ draft, dryRun, out }: AddRequest, scratch: Scratch): Promise<string | undefined> {
  if (!draft || dryRun) return undefined;
  const folder = path.join(out, path.basename(scratch.folder));
  await writeTogether(folder, await scratch.files());
  return folder;
}
