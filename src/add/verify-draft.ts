import type { Engine, Labels } from '../engine/engine.ts';
import type { Emit } from '../lib/event.ts';
import { keepResult } from '../pipeline/keep-result.ts';
import { smokeTest, type SmokeReport } from '../smoke/smoke-test.ts';
import { changed, withWritable, type Draft } from './draft.ts';
import type { Scratch } from './scratch.ts';

export interface VerifyDraftRequest {
  readonly scratch: Scratch;
  readonly draft: Draft;
  readonly engine: Engine;
  readonly labels: Labels;
  readonly emit: Emit;
  readonly say: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface VerifiedDraft {
  readonly draft: Draft;
  readonly report: SmokeReport;
}

const deadlineMs = 45_000;
const maxRounds = 4;

/** The same test that `mcpcat test` makes, with exactly the entry that will be written; what it still finds is mended where it can be. */
export async function verifyDraft(request: VerifyDraftRequest): Promise<VerifiedDraft> {
  const { scratch, engine, labels, emit, signal, say } = request;
  let { draft } = request;
  for (let round = 1; ; round++) {
    const { server } = await scratch.make(draft, 'image');
    const { entry, folder } = server;
    const { image } = scratch;
    const test = { engine, entry, labels, image, reviewed: undefined, deadlineMs, emit, signal };
    const result = await smokeTest(test);
    await keepResult(folder, result, 'replaced');
    const { report } = result;
    const next = report.passed || round === maxRounds ? undefined : mended(draft, report);
    if (next === undefined) return { draft, report };
    say(
      `test: ${report.findings
        .filter(({ severity }) => severity === 'error')
        .map(({ kind }) => kind)
        .join(', ')}; once more`,
    );
    draft = next;
  }
}

/** Undefined if there is nothing to be done about what was found. */
function mended(draft: Draft, { findings }: SmokeReport): Draft | undefined {
  const errors = findings.filter(({ severity }) => severity === 'error');
  let next: Draft | undefined;
  for (const { kind, evidence = [] } of errors) {
    const base = next ?? draft;
    const { smoke, limits, exceptions } = base.entry;
    if (kind === 'call-failed' && smoke.call !== undefined) {
      const { call: _, ...rest } = smoke;
      next = changed(base, { smoke: rest });
    } else if (kind === 'stdout-noise') {
      const reason = 'It prints text on stdout; the launcher moves such lines to stderr';
      next = changed(
        base,
        { exceptions: [...exceptions, { finding: kind, reason }] },
        { field: 'exceptions', value: kind, why: evidence[0] ?? '' },
      );
    } else if (kind === 'out-of-memory' && limits.memory !== '2g')
      next = changed(
        base,
        { limits: { ...limits, memory: limits.memory === '512m' ? '1g' : '2g' } },
        { field: 'limits', value: 'memory', why: 'it ran out of memory' },
      );
    else if (kind === 'process-limit' && limits.pids < 512)
      next = changed(
        base,
        { limits: { ...limits, pids: limits.pids * 2 } },
        { field: 'limits', value: 'pids', why: 'it ran out of processes' },
      );
    else if (kind === 'writes-outside') next = withFolders(base, evidence);
  }
  return next;
}

function withFolders(draft: Draft, paths: readonly string[]): Draft {
  const folders = paths
    .map((path) => path.slice(0, Math.max(1, path.lastIndexOf('/'))))
    .filter((folder) => /^\/(?!app|usr|etc)[a-z]/.test(folder));
  return folders.reduce((old, folder) => withWritable(old, folder, 'it wrote there'), draft);
}
