import path from 'node:path';
import { isBuiltFirst } from '../../catalog/catalog-source.ts';
import { imageIn } from '../../catalog/image-name.ts';
import { imageSource } from '../../catalog/source.ts';
import { usedSurfaceSha256 } from '../../catalog-index/used-surface.ts';
import type { Engine } from '../../engine/engine.ts';
import { ownTrustedRoot, readVerdict, type VerdictSubject } from '../../trust/verdict.ts';
import type { Invocation } from '../command.ts';
import type { RunServer } from './run-server.ts';

/** What must hold of the image that a catalog names before it starts. */
export interface ImageTrust {
  /** Whether it was found to hold before. Asks nobody. */
  readonly isVerified: () => boolean;
  /** Rejects with what does not hold; asks the registry unless it was found before. */
  readonly verify: (signal?: AbortSignal) => Promise<void>;
}

export interface Trusting {
  readonly invocation: Invocation;
  readonly engine: Pick<Engine, 'endpoint' | 'info'>;
}

type Trusted = Pick<RunServer, 'declared' | 'recorded' | 'signing' | 'source' | 'listedSurface'>;

/**
 * Undefined where there is nothing to verify: nobody signs, there is no image, its user does without, or it is an image
 * of somebody else's make, which the entry names by its digest. Throws `io-failed` for a surface that can't be read.
 */
export function imageTrust(
  server: Trusted,
  { invocation: { options, terminal }, engine }: Trusting,
): ImageTrust | undefined {
  const { declared: entry, recorded: image, signing } = server;
  if (signing === undefined || image === undefined || imageSource(entry.source) !== undefined)
    return undefined;
  if (options.flag('insecure-unverified')) return undefined;
  const { env, host } = terminal;
  const { cache } = host.folders(env);
  const { endpoint } = engine;
  const trustedRoot = ownTrustedRoot(env);
  const surface = usedSurface(server);
  const subject: VerdictSubject = { entry, image, signing, surface, endpoint, trustedRoot, cache };
  const isVerified = (): boolean => readVerdict(subject) !== undefined;
  const verify = async (signal?: AbortSignal): Promise<void> => {
    if (!isVerified())
      await (await import('../../trust/verify-image.ts')).verifyForStart(subject, { engine, env, signal });
  };
  return { isVerified, verify };
}

function usedSurface({ declared, source, listedSurface }: Trusted): string | undefined {
  return source.kind === 'folder'
    ? usedSurfaceSha256(path.join(source.folder, declared.name))
    : listedSurface;
}

/** Milliseconds that a client's first answer waits for a registry; what is not known by then is not shown before it runs. */
const maxWaitMs = 10_000;

/**
 * What a server is said to offer is shown before it runs, so it is held against what is signed before that too. Rejects
 * as its start would. An image that was built on this machine needs no signature, and so does what it offers.
 */
export async function requireSignedSurface(
  server: Trusted,
  { invocation, engine }: { readonly invocation: Invocation; readonly engine: Engine },
): Promise<void> {
  const trust = imageTrust(server, { invocation, engine });
  if (trust === undefined || trust.isVerified()) return;
  const { source, declared } = server;
  if (isBuiltFirst(source) && (await engine.inspectImage(imageIn(source, declared.name))) !== undefined)
    return;
  await trust.verify(AbortSignal.any([invocation.terminal.signal, AbortSignal.timeout(maxWaitMs)]));
}
