import { buildServer, type BuildOutcome, type RunContext } from '../image-build/build-server.ts';
import { coversPermissions, readProof } from '../catalog/proof.ts';
import type { Server } from '../catalog/server.ts';
import type { Engine } from '../engine/engine.ts';
import type { Finding } from '../lib/finding.ts';
import { label } from '../lib/labels.ts';
import { packServer } from '../publish/package.ts';
import type { PublishOutcome } from '../publish/publish-server.ts';
import { checkVerified } from '../publish/verified.ts';
import { releaseOf } from '../publish/release.ts';
import { savePackage } from '../publish/saved.ts';
import type { Target } from '../publish/send.ts';
import { smokeTest } from '../smoke/smoke-test.ts';
import { keepResult, reviewedOffer } from './keep-result.ts';
import { publishBuilt, type SignedBy } from './publish-entry.ts';
import { unfitReason, type BuildEnvironments } from './platforms.ts';
import { variantImage, variantsOf } from './variants.ts';

const deadlineMs = 30_000;

export interface RebuildRequest {
  readonly server: Server;
  readonly buildEnvironments: BuildEnvironments;
  readonly run: RunContext;
  readonly engine: Engine;
  /** Build and verify even if nothing changed. */
  readonly force: boolean;
  /** Folder for what another machine is to publish. */
  readonly save: string | undefined;
  /** Publish it at once. */
  readonly target: Target | undefined;
  /** Undefined: it is published unsigned. */
  readonly signed: SignedBy | undefined;
}

export interface RebuildOutcome {
  readonly name: string;
  readonly build: 'built' | 'unchanged';
  readonly proof: 'verified' | 'unchanged' | 'failed';
  readonly findings: readonly Finding[];
  /** Undefined if it was not to be, or has failed before. */
  readonly published: PublishOutcome | undefined;
  readonly saved: boolean;
  readonly seconds: number;
}

/** All stages of one entry in their order: generate, fetch, build, test; then save and publish, if it is verified. */
export async function rebuildEntry(request: RebuildRequest): Promise<RebuildOutcome> {
  const { server, buildEnvironments, run, engine, force, save, target, signed } = request;
  const started = performance.now();
  const built = await buildServer(server, { buildEnvironment: buildEnvironments[0], run, engine, force });
  const tested = await verify(request, built);
  const verified = tested.proof !== 'failed';
  if (verified) await buildForeign(request);
  if (verified && save !== undefined) await savePacked(request, save);
  const published =
    verified && target !== undefined
      ? await publishBuilt({ server, buildEnvironments, run, target, signed, force }, engine)
      : undefined;
  const seconds = (performance.now() - started) / 1000;
  const saved = verified && save !== undefined;
  return { name: server.entry.name, build: built.state, ...tested, published, saved, seconds };
}

/** For platforms that this machine can't verify; what can't be built for one is said, and left out. */
async function buildForeign({
  server,
  buildEnvironments,
  run,
  engine,
  force,
}: RebuildRequest): Promise<void> {
  const [, ...others] = buildEnvironments;
  for (const buildEnvironment of others) {
    const { platform } = buildEnvironment;
    const reason = unfitReason(server, platform);
    const subject = server.entry.name;
    if (reason !== undefined)
      run.emit({ type: 'notice', subject, message: `not for ${platform}: ${reason}` });
    else
      await buildServer(server, {
        buildEnvironment,
        run,
        engine,
        force,
        image: variantImage(server, buildEnvironment),
      });
  }
}

/** What is unchanged and verified is not verified again. */
async function verify(
  { server, run, engine, force }: RebuildRequest,
  { state, fingerprint, image }: Pick<BuildOutcome, 'state' | 'fingerprint' | 'image'>,
): Promise<Pick<RebuildOutcome, 'proof' | 'findings'>> {
  const { entry, folder } = server;
  if (!force && state === 'unchanged') {
    const proof = await readProof(folder);
    if (proof?.image.fingerprint === fingerprint && coversPermissions(proof, entry))
      return { proof: 'unchanged', findings: [] };
  }
  const { emit, signal } = run;
  const labels = { [label.role]: 'test', [label.server]: entry.name };
  const reviewed = await reviewedOffer(folder, 'kept');
  const result = await smokeTest({ engine, entry, labels, image, ...reviewed, deadlineMs, emit, signal });
  await keepResult(folder, result, 'kept');
  const { report } = result;
  return { proof: report.passed ? 'verified' : 'failed', findings: report.findings };
}

async function savePacked(
  { server, buildEnvironments, run, engine }: RebuildRequest,
  folder: string,
): Promise<void> {
  const { signal, emit } = run;
  const { name } = server.entry;
  const variants = await variantsOf(server, buildEnvironments);
  const proof = checkVerified(server.entry, await readProof(server.folder), variants[0].fingerprint);
  const release = releaseOf(server, variants);
  await using content = await packServer(engine, { release, variants, emit, signal });
  await savePackage(folder, { name, proof, content });
  emit({ type: 'notice', subject: name, message: `saved: ${content.record.digest}` });
}
