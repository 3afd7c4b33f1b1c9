import type { Engine } from '../engine/engine.ts';
import type { Emit } from '../lib/event.ts';
import { label } from '../lib/labels.ts';
import type { Version } from './choose-version.ts';
import type { Evidence } from '../evidence/gather.ts';
import { changed, type Draft, type Justification } from './draft.ts';
import { withFolders } from './folders.ts';
import { withHosts } from './hosts.ts';
import { discover, type Discovered } from './discover.ts';
import type { Package } from '../package/package.ts';
import { verifyDraft, type VerifiedDraft } from './verify-draft.ts';
import type { Scratch } from './scratch.ts';
import { smokeCall } from './smoke-call.ts';
import type { Seen } from './start.ts';

export interface Job {
  readonly own: Package;
  readonly evidence: Evidence;
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
  readonly discovered: Discovered;
  /** Undefined if it never got to its tools. */
  readonly verified: VerifiedDraft | undefined;
  readonly leftOut: readonly Justification[];
}

/** Discovers with an open home, which shows more; what then does not hold under the real restrictions is discovered with those. */
export async function discoverAndVerify(job: Job): Promise<Result> {
  const discovered = await discoveryLoop(job, { draft: job.draft, openHome: true });
  if (discovered.seen === undefined) return { discovered, verified: undefined, leftOut: [] };
  const { draft, leftOut } = completed(discovered.draft, { seen: discovered.seen, job });
  const verified = await verification(job, draft);
  const again =
    !verified.report.passed && verified.report.findings.some(({ kind }) => kind === 'handshake-failed');
  if (!again) return { discovered, verified, leftOut };
  job.say('it starts with an open home only: trying without');
  const strict = await discoveryLoop(job, { draft: verified.draft, openHome: false });
  const starts = [...discovered.starts, ...strict.starts];
  if (strict.seen === undefined) return { discovered: { ...discovered, starts }, verified, leftOut };
  return { discovered: { ...strict, starts }, verified: await verification(job, strict.draft), leftOut };
}

function discoveryLoop(
  { scratch, engine, own, evidence, chosen, allowedScripts, say, signal }: Job,
  { draft, openHome }: { draft: Draft; openHome: boolean },
): Promise<Discovered> {
  return discover({
    engine,
    labels: labelsOf(draft),
    own,
    evidence,
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
  { seen, job: { evidence, own } }: { seen: Seen; job: Job },
): { readonly draft: Draft; readonly leftOut: readonly Justification[] } {
  const { draft: reaching, leftOut } = withHosts(draft, { seen, evidence, own });
  const permitted = withFolders(reaching, seen);
  const call = smokeCall(seen);
  if (call === undefined) return { draft: permitted, leftOut };
  return { draft: changed(permitted, { smoke: { ...permitted.entry.smoke, call } }), leftOut };
}

function verification({ scratch, engine, emit, say, signal }: Job, draft: Draft): Promise<VerifiedDraft> {
  return verifyDraft({ scratch, draft, engine, labels: labelsOf(draft), emit, say, signal });
}

function labelsOf({ entry }: Draft): Record<string, string> {
  return { [label.role]: 'test', [label.server]: entry.name };
}
