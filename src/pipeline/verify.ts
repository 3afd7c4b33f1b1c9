import { buildServer, type RunContext, type BuildEnvironment } from '../image-build/build-server.ts';
import type { Server } from '../catalog/server.ts';
import type { Engine } from '../engine/engine.ts';
import type { Finding } from '../lib/finding.ts';
import { label } from '../lib/labels.ts';
import { smokeTest, type SmokeReport } from '../smoke/smoke-test.ts';
import { keepResult } from './keep-result.ts';
import { updateFinding } from './update-findings.ts';

const deadlineMs = 30_000;

/** A release that was built and tested under a name of its own. */
export interface Verification {
  /** Only for as long as the work that was given to `verify` goes on. */
  readonly image: string;
  readonly report: SmokeReport;
  readonly findings: readonly Finding[];
  readonly bytes: number;
  /** Of the image that the entry had here before; undefined if there is none. */
  readonly bytesBefore: number | undefined;
}

interface VerifyRequest {
  /** Its `folder` is the one whose lock is built, and that gets the `tools.json`. */
  readonly server: Server;
  /** The image that the entry has as long as this one is not verified. */
  readonly replaces: string;
  readonly buildEnvironment: BuildEnvironment;
  readonly run: RunContext;
  readonly engine: Engine;
}

let candidates = 0;

/** Builds and tests a server without touching its image; the candidate's image is gone when `work` has ended. */
export async function verify<T>(
  { server, replaces, buildEnvironment, run, engine }: VerifyRequest,
  work: (verification: Verification) => Promise<T>,
): Promise<T> {
  const { name } = server.entry;
  const image = `mcpcat/${name}:candidate-${String(process.pid)}-${String(candidates++)}`;
  const { emit, signal } = run;
  try {
    const bytesBefore = (await engine.inspectImage(replaces))?.bytes;
    const { bytes } = await buildServer(server, { buildEnvironment, run, engine, force: false, image });
    const labels = { [label.role]: 'test', [label.server]: name };
    // The tools are compared by who decides about them, not here.
    const { entry, folder } = server;
    const test = { engine, entry, labels, image, reviewed: undefined, deadlineMs, emit, signal };
    const result = await smokeTest(test);
    await keepResult(folder, result, 'replaced');
    const { report } = result;
    return await work({ image, report, findings: verificationFindings(report), bytes, bytesBefore });
  } finally {
    await engine.removeImage(image, { force: true });
  }
}

function verificationFindings({ passed, findings }: SmokeReport): Finding[] {
  if (passed) return [...findings];
  const kinds = findings.filter(({ severity }) => severity === 'error').map(({ kind }) => kind);
  return [updateFinding('verification-failed', `the smoke test found ${kinds.join(', ')}`), ...findings];
}
