import { checkKnownHoles } from '../advisories/hole-gate.ts';
import type { RunContext } from '../image-build/build-server.ts';
import type { Server } from '../catalog/server.ts';
import type { Engine } from '../engine/engine.ts';
import { packServer } from '../publish/package.ts';
import { publishServer, type PublishOutcome } from '../publish/publish-server.ts';
import { openPackage } from '../publish/saved.ts';
import type { Target } from '../publish/send.ts';
import type { BuildEnvironments } from './platforms.ts';
import { variantsOf } from './variants.ts';

interface Request {
  readonly server: Server;
  readonly buildEnvironments: BuildEnvironments;
  readonly run: RunContext;
  readonly target: Target | undefined;
  readonly force: boolean;
}

/** Publishes what this engine has of an entry. */
export async function publishBuilt(
  { server, buildEnvironments, run, target, force }: Request,
  engine: Pick<Engine, 'inspectImage' | 'saveImage'>,
): Promise<PublishOutcome> {
  const { emit, signal } = run;
  await checkKnownHoles(server, new Date());
  const variants = await variantsOf(server, buildEnvironments);
  return publishServer({
    server,
    variants,
    open: (release) => packServer(engine, { release, variants, emit, signal }),
    target,
    force,
    emit,
  });
}

/** Publishes what another machine has built, verified and saved; no engine is needed. */
export async function publishSaved(
  { server, buildEnvironments, run, target, force }: Request,
  folder: string,
): Promise<PublishOutcome> {
  await checkKnownHoles(server, new Date());
  const variants = await variantsOf(server, buildEnvironments);
  const { content, proof } = await openPackage(folder, server.entry.name);
  const open = async (): Promise<typeof content> => Promise.resolve(content);
  return publishServer({ server, variants, open, proof, target, force, emit: run.emit });
}
