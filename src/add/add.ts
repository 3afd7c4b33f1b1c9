import path from 'node:path';
import type { Workshop } from '../build/build-server.ts';
import type { Entry } from '../catalog/entry.ts';
import { imageOf } from '../catalog/server.ts';
import { parseSource, type Source } from '../catalog/source.ts';
import type { Engine } from '../engine/engine.ts';
import { McpcatError } from '../lib/errors.ts';
import type { Finding } from '../lib/finding.ts';
import { writeTogether } from '../lib/folders.ts';
import { label } from '../lib/labels.ts';
import { ownerText, thisOwner } from '../sandbox/owner.ts';
import { chooseVersion, type Version } from './choose-version.ts';
import { gather, type Clues } from './clues/gather.ts';
import { because, changed, type Draft, type Evidence } from './draft.ts';
import { entryText } from './entry-text.ts';
import { withFolders } from './folders.ts';
import { withHosts } from './hosts.ts';
import { initialDraft } from './initial.ts';
import { learn, type Learned, type StartRecord } from './learn.ts';
import type { Package } from './package/package.ts';
import { readPackage } from './package/read-package.ts';
import { proveDraft } from './prove-draft.ts';
import { Scratch } from './scratch.ts';
import { smokeCall } from './smoke-call.ts';
import { freeName } from './taken-names.ts';
import type { Wanted } from './wanted.ts';

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
  readonly workshop: Workshop;
  readonly engine: Engine;
  readonly mirror: string;
}

/** What became of a package, with everything that a person has to look at. */
export interface AddReport {
  readonly name: string;
  readonly source: string;
  readonly version: string;
  readonly state: 'added' | 'proved' | 'draft' | 'failed';
  /** Where the entry was written; undefined if nothing was. */
  readonly folder: string | undefined;
  readonly entry: Entry | undefined;
  /** `server.yaml` as it was or would be written. */
  readonly text: string;
  readonly tools: number;
  readonly confirm: readonly Evidence[];
  /** Hosts that were not permitted, with the reason. */
  readonly leftOut: readonly Evidence[];
  readonly starts: readonly StartRecord[];
  readonly failure: { readonly message: string; readonly detail: readonly string[] } | undefined;
  readonly findings: readonly Finding[];
  readonly seconds: number;
}

/** Failures that the package itself causes: an answer, not an error. All others are thrown. */
const ownFaults = new Set([
  'lock-refused',
  'build-failed',
  'integrity-mismatch',
  'bin-unknown',
  'entry-refused',
]);

/** From a package to a proved entry. Nothing half-made lands in the catalog, whatever happens. */
export async function add(request: AddRequest): Promise<AddReport> {
  const started = performance.now();
  const { wanted, workshop } = request;
  const source = parseSource(wanted.source);
  const { name, why } = await freeName(request.out, { source, wanted: request.name });
  const say = (message: string): void => workshop.emit({ type: 'notice', subject: name, message });
  const chosen = await chooseVersion(source, { ...request, ...workshop });
  say(`${source.kind}:${source.name} ${chosen.version}`);
  const own = await readPackage(source.kind, { ...workshop, name: source.name, version: chosen.version });
  const clues = gather(own);
  const given = { name, source: sourceText(source, own), ...partsOf(wanted) };
  const first = initialDraft(own, clues, given);
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
    return done(await attempt(request, { own, clues, draft, chosen, say }));
  } catch (error) {
    if (!(error instanceof McpcatError) || !ownFaults.has(error.code)) throw error;
    return done({
      ...failed({ message: error.message, detail: error.detail }),
      text: entryText(draft.entry),
      entry: draft.entry,
      confirm: draft.evidence,
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

interface Job {
  readonly own: Package;
  readonly clues: Clues;
  readonly draft: Draft;
  readonly chosen: Version;
  readonly say: (text: string) => void;
}

async function attempt(
  request: AddRequest,
  job: Job,
): Promise<Omit<AddReport, 'name' | 'source' | 'version' | 'seconds'>> {
  const { engine, workshop, mirror, out } = request;
  const { own, clues, draft, chosen, say } = job;
  const { name } = draft.entry;
  const labels = { [label.owner]: ownerText(thisOwner()), [label.role]: 'test', [label.server]: name };
  await using scratch = await Scratch.open({
    name,
    engine,
    workshop,
    mirror,
    version: own.version,
    before: chosen.before,
  });
  const { signal } = workshop;
  const learned = await learn({
    engine,
    labels,
    own,
    clues,
    draft,
    published: chosen.published,
    signal,
    say,
    prepare: async (next, renews) => ({
      image: scratch.image,
      lock: (await scratch.make(next, renews)).lock,
    }),
  });
  if (learned.seen === undefined) return writeDraft(request, { scratch, learned });
  const { draft: reaching, leftOut } = withHosts(learned.draft, { seen: learned.seen, clues, own });
  const permitted = withFolders(reaching, learned.seen);
  const call = smokeCall(learned.seen);
  const complete =
    call === undefined ? permitted : changed(permitted, { smoke: { ...permitted.entry.smoke, call } });
  const { draft: proved, report } = await proveDraft({
    scratch,
    draft: complete,
    engine,
    labels,
    emit: workshop.emit,
    say,
    signal,
  });
  const about = {
    entry: proved.entry,
    text: entryText(proved.entry),
    tools: report.tools,
    confirm: proved.evidence,
    leftOut,
    starts: learned.starts,
    findings: report.findings,
  };
  const folder = path.join(out, name);
  if (!report.passed) {
    const kinds = report.findings.filter(({ severity }) => severity === 'error');
    const failure = {
      message: `the smoke test found ${kinds.map(({ kind }) => kind).join(', ')}`,
      detail: kinds.flatMap(({ message, evidence = [] }) => [message, ...evidence.slice(0, 8)]),
    };
    return {
      ...about,
      state: request.draft ? 'draft' : 'failed',
      failure,
      folder: await written(request, scratch),
    };
  }
  signal?.throwIfAborted();
  if (!request.dryRun) {
    await writeTogether(folder, await scratch.files());
    await engine.tagImage(scratch.image, imageOf(name));
  }
  return {
    ...about,
    state: request.dryRun ? 'proved' : 'added',
    failure: undefined,
    folder: request.dryRun ? undefined : folder,
  };
}

async function writeDraft(
  request: AddRequest,
  { scratch, learned }: { scratch: Scratch; learned: Learned },
): Promise<Omit<AddReport, 'name' | 'source' | 'version' | 'seconds'>> {
  const { draft, last, starts, refused } = learned;
  const detail = [...refused, ...last.strays.slice(0, 5), ...last.stderr.slice(-15)].filter(
    (line) => line.trim() !== '',
  );
  return {
    state: request.draft ? 'draft' : 'failed',
    folder: await written(request, scratch),
    entry: draft.entry,
    text: entryText(draft.entry),
    tools: 0,
    confirm: draft.evidence,
    leftOut: [],
    starts,
    failure: { message: `no start of it got to a list of tools (${last.failure ?? 'unknown'})`, detail },
    findings: [],
  };
}

/** Of an entry that is not proved; only where a draft was asked for. */
async function written({ draft, dryRun, out }: AddRequest, scratch: Scratch): Promise<string | undefined> {
  if (!draft || dryRun) return undefined;
  const folder = path.join(out, path.basename(scratch.folder));
  await writeTogether(folder, await scratch.files());
  return folder;
}
