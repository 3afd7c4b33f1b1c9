import type { Engine } from '../engine/engine.ts';
import type { Emit } from '../lib/event.ts';
import { label } from '../lib/labels.ts';
import { ownerText, thisOwner } from '../sandbox/owner.ts';
import type { Version } from './choose-version.ts';
import type { Clues } from './clues/gather.ts';
import { changed, type Draft, type Evidence } from './draft.ts';
import { withFolders } from './folders.ts';
import { withHosts } from './hosts.ts';
import { learn, type Learned } from './learn.ts';
import type { Package } from './package/package.ts';
import { proveDraft, type Proven } from './prove-draft.ts';
import type { Scratch } from './scratch.ts';
import { smokeCall } from './smoke-call.ts';
import type { Seen } from './start.ts';

export interface Job {
  readonly own: Package;
  readonly clues: Clues;
  readonly draft: Draft;
  readonly chosen: Version;
  readonly allowedScripts: readonly string[];
  readonly say: (text: string) => void;
  readonly engine: Engine;
  readonly emit: Emit;
  readonly scratch: Scratch;
  readonly signal?: AbortSignal | undefined;
}

export interface Result {
  readonly learned: Learned;
  /** Undefined if it never got to its tools. */
  readonly proven: Proven | undefined;
  readonly leftOut: readonly Evidence[];
}

/** Learns with an open home, which shows more; what then does not hold under the real restrictions is learned with those. */
export async function learnAndProve(job: Job): Promise<Result> {
  const learned = await course(job, { draft: job.draft, openHome: true });
  if (learned.seen === undefined) return { learned, proven: undefined, leftOut: [] };
  const { draft, leftOut } = completed(learned.draft, { seen: learned.seen, job });
  const proven = await proof(job, draft);
  const again =
    !proven.report.passed && proven.report.findings.some(({ kind }) => kind === 'handshake-failed');
  if (!again) return { learned, proven, leftOut };
  job.say('it starts with an open home only: learning without');
  const strict = await course(job, { draft: proven.draft, openHome: false });
  const starts = [...learned.starts, ...strict.starts];
  if (strict.seen === undefined) return { learned: { ...learned, starts }, proven, leftOut };
  return { learned: { ...strict, starts }, proven: await proof(job, strict.draft), leftOut };
}

function course(
  { scratch, engine, own, clues, chosen, allowedScripts, say, signal }: Job,
  { draft, openHome }: { draft: Draft; openHome: boolean },
): Promise<Learned> {
  return learn({
    engine,
    labels: labelsOf(draft),
    own,
    clues,
    draft,
    openHome,
    allowedScripts,
    published: chosen.published,
    signal,
    say,
    prepare: async (next, renews) => ({
      image: scratch.image,
      lock: (await scratch.make(next, renews)).lock,
    }),
  });
}

/** What only a server at work shows: where it goes, what it works on, and a call for the smoke test. */
function completed(
  draft: Draft,
  { seen, job: { clues, own } }: { seen: Seen; job: Job },
): { readonly draft: Draft; readonly leftOut: readonly Evidence[] } {
  const { draft: reaching, leftOut } = withHosts(draft, { seen, clues, own });
  const permitted = withFolders(reaching, seen);
  const call = smokeCall(seen);
  if (call === undefined) return { draft: permitted, leftOut };
  return { draft: changed(permitted, { smoke: { ...permitted.entry.smoke, call } }), leftOut };
}

function proof({ scratch, engine, emit, say, signal }: Job, draft: Draft): Promise<Proven> {
  return proveDraft({ scratch, draft, engine, labels: labelsOf(draft), emit, say, signal });
}

function labelsOf({ entry }: Draft): Record<string, string> {
  return { [label.owner]: ownerText(thisOwner()), [label.role]: 'test', [label.server]: entry.name };
}
