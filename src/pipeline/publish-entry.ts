import { checkKnownHoles } from '../advisories/hole-gate.ts';
import type { RunContext } from '../image-build/build-server.ts';
import type { Server } from '../catalog/server.ts';
import type { Engine } from '../engine/engine.ts';
import { packServer } from '../publish/package.ts';
import { publishServer, type PublishOutcome } from '../publish/publish-server.ts';
import { openPackage } from '../publish/saved.ts';
import type { Target } from '../publish/send.ts';
import type { Signing } from '../publish/sign-image.ts';
import type { StatementSigner } from '../sign/statement-signer.ts';
import type { BuildEnvironments } from './platforms.ts';
import { statementsOf } from './statements.ts';
import { variantsOf } from './variants.ts';

/** Who signs what is published. */
export interface SignedBy {
  readonly signer: StatementSigner;
  /** Release of mcpcat, as provenance names it. */
  readonly version: string;
}

interface Request {
  readonly server: Server;
  readonly buildEnvironments: BuildEnvironments;
  readonly run: RunContext;
  readonly target: Target | undefined;
  /** Undefined: it is published unsigned. */
  readonly signed: SignedBy | undefined;
  readonly force: boolean;
}

function signingOf({ server, buildEnvironments, run, signed }: Request): Signing | undefined {
  if (signed === undefined) return undefined;
  const { templates } = buildEnvironments[0];
  const origin = { templates, env: run.env, version: signed.version };
  return { signer: signed.signer, statements: (image) => statementsOf(server, image, origin) };
}

/** Publishes what this engine has of an entry. */
export async function publishBuilt(
  request: Request,
  engine: Pick<Engine, 'inspectImage' | 'saveImage'>,
): Promise<PublishOutcome> {
  const { server, buildEnvironments, run, target, force } = request;
  const { emit, signal } = run;
  await checkKnownHoles(server, new Date());
  const variants = await variantsOf(server, buildEnvironments);
  return publishServer({
    server,
    variants,
    open: (release) => packServer(engine, { release, variants, emit, signal }),
    target,
    signing: signingOf(request),
    force,
    emit,
  });
}

/** Publishes what another machine has built, verified and saved; no engine is needed. */
export async function publishSaved(request: Request, folder: string): Promise<PublishOutcome> {
  const { server, buildEnvironments, run, target, force } = request;
  await checkKnownHoles(server, new Date());
  const variants = await variantsOf(server, buildEnvironments);
  const { content, proof } = await openPackage(folder, server.entry.name);
  const open = async (): Promise<typeof content> => Promise.resolve(content);
  const signing = signingOf(request);
  return publishServer({ server, variants, open, proof, target, signing, force, emit: run.emit });
}
