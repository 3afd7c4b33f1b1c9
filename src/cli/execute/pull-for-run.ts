import { pulledImage, type RecordedImage } from '../../catalog/quick-image.ts';
import type { Engine } from '../../engine/engine.ts';
import { pullServer } from '../../pull/pull-server.ts';
import type { Env } from '../../host/host.ts';
import { pullProgress } from '../render/pull-progress.ts';
import type { ImageTrust } from './image-trust.ts';

export interface PullForRun {
  readonly engine: Engine;
  /** Undefined if nobody has published one. */
  readonly image: RecordedImage | undefined;
  /** Undefined where nobody signs. */
  readonly trust: ImageTrust | undefined;
  readonly env: Env;
  /** For people. */
  readonly write: (text: string) => void;
  readonly signal: AbortSignal | undefined;
}

/** The image that the catalog names, pulled for a start that waits for it, and verified before. Resolves to its name. */
export async function pullForRun(
  name: string,
  { engine, image, trust, env, write, signal }: PullForRun,
  always: 'always' | 'missing',
): Promise<string> {
  const emit = pullProgress(write);
  const aborted = signal === undefined ? {} : { signal };
  const verify = trust?.verify;
  const request = { name, image, engine, always: always === 'always', env, emit, verify, ...aborted };
  return (await pullServer(request)).image;
}

/**
 * What was pulled before starts only if somebody whom the catalog names has signed it. What is not here is pulled at once,
 * which verifies it: between a look and the start nobody else can bring it in unseen. Resolves to the image to start, or
 * to none where something else may be tried that is built here.
 */
export async function verifiedForRun(
  name: string,
  request: PullForRun,
  { pull, otherwise }: { readonly pull: 'missing' | 'never'; readonly otherwise: 'build' | 'nothing' },
): Promise<string | undefined> {
  const { image, trust, engine, signal } = request;
  if (image === undefined) return undefined;
  const reference = pulledImage(name, image);
  if ((await engine.inspectImage(reference)) === undefined) {
    if (pull === 'missing' && image.repository !== undefined) return pullForRun(name, request, 'missing');
    if (otherwise === 'build') return undefined;
  }
  await trust?.verify(signal);
  return reference;
}
