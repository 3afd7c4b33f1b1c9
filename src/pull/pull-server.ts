import { pulledImage, type RecordedImage } from '../catalog/quick-image.ts';
import type { Engine } from '../engine/engine.ts';
import { McpcatError } from '../lib/errors.ts';
import type { Emit } from '../lib/event.ts';
import { parseDigest } from '../registry/digest.ts';
import { mirrored } from '../registry/mirrored.ts';
import { pullImage } from '../registry/pull.ts';
import { parseReference } from '../registry/reference.ts';
import { Registry } from '../registry/registry.ts';

export interface PullRequest {
  readonly name: string;
  /** Undefined if the catalog does not know any image. */
  readonly image: RecordedImage | undefined;
  readonly engine: Pick<Engine, 'info' | 'inspectImage' | 'loadImage'>;
  /** Fetch it even if the engine has it. */
  readonly always: boolean;
  /** For credentials and a mirror. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly emit: Emit;
  readonly signal?: AbortSignal;
  /** Called before anything of it is fetched; rejects if it must not be. Undefined where nobody signs. */
  readonly verify?: ((signal: AbortSignal | undefined) => Promise<unknown>) | undefined;
}

export interface Pulled {
  readonly name: string;
  /** Name of the image in the engine. */
  readonly image: string;
  readonly digest: string;
  /** `engine`: it was there, and no registry was asked. */
  readonly from: 'engine' | 'registry';
}

/**
 * Brings the image that the catalog names into the engine: by digest, never by tag, for the engine's platform. What
 * does not match its digest is refused and nothing of it is kept.
 */
export async function pullServer(request: PullRequest): Promise<Pulled> {
  const { name, image, engine, always, emit, env, signal } = request;
  const { digest, repository } = publishedImage(name, image);
  await request.verify?.(signal);
  const tag = pulledImage(name, { digest });
  if (!always && (await engine.inspectImage(tag)) !== undefined) {
    emit({ type: 'stage', subject: name, stage: 'pull', state: 'skipped', detail: 'it is here' });
    return { name, image: tag, digest, from: 'engine' };
  }
  const from = parseReference(mirrored(repository, env));
  const { platform } = await engine.info();
  emit({
    type: 'stage',
    subject: name,
    stage: 'pull',
    state: 'started',
    detail: `${from.host}/${from.repository}@${digest}`,
  });
  const registry = new Registry(from.host, signal === undefined ? { env } : { env, signal });
  try {
    const where = { repository: from.repository, digest: parseDigest(digest, name), platform, tag };
    await pullImage(registry, engine, {
      ...where,
      always: true,
      onProgress: (done, total) =>
        emit({ type: 'progress', subject: name, stage: 'pull', done, total, unit: 'bytes' }),
    });
  } catch (error) {
    emit({ type: 'stage', subject: name, stage: 'pull', state: 'failed' });
    throw error;
  }
  emit({ type: 'stage', subject: name, stage: 'pull', state: 'done' });
  return { name, image: tag, digest, from: 'registry' };
}

function publishedImage(
  name: string,
  image: RecordedImage | undefined,
): { readonly digest: string; readonly repository: string } {
  const { digest, repository } = image ?? {};
  if (digest !== undefined && repository !== undefined) return { digest, repository };
  const known =
    digest === undefined ? 'knows no image of it' : 'has its digest, but no registry that holds it';
  throw new McpcatError('image-missing', `${name}: the catalog ${known}`, {
    hint: `build it here: mcpcat build ${name}`,
  });
}
