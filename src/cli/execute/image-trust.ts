import { imageSource } from '../../catalog/source.ts';
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

/**
 * Undefined where there is nothing to verify: nobody signs, there is no image, its user does without, or it is an image
 * of somebody else's make, which the entry names by its digest.
 */
export function imageTrust(
  { declared: entry, recorded: image, signing }: Pick<RunServer, 'declared' | 'recorded' | 'signing'>,
  { invocation: { options, terminal }, engine }: Trusting,
): ImageTrust | undefined {
  if (signing === undefined || image === undefined || imageSource(entry.source) !== undefined)
    return undefined;
  if (options.flag('insecure-unverified')) return undefined;
  const { env, host } = terminal;
  const { cache } = host.folders(env);
  const trustedRoot = ownTrustedRoot(env);
  const subject: VerdictSubject = { entry, image, signing, endpoint: engine.endpoint, trustedRoot, cache };
  const isVerified = (): boolean => readVerdict(subject) !== undefined;
  const verify = async (signal?: AbortSignal): Promise<void> => {
    if (!isVerified())
      await (await import('../../trust/verify-image.ts')).verifyForStart(subject, { engine, env, signal });
  };
  return { isVerified, verify };
}
