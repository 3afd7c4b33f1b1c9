import type Docker from 'dockerode';
import type { Readable } from 'node:stream';
import { McpcatError } from '../../lib/errors.ts';
import type { BuildRequest } from '../engine.ts';
import { statusOf } from './failure.ts';

/**
 * Builds with the classic builder, whose language is the portable subset that our Dockerfiles keep to, and leaves
 * nothing but the tagged image. Without the builder's cache: the fingerprint decides what is built, everything comes
 * by hash, and so each image in progress is this build's own and may be removed without asking who else uses it.
 */
export async function build(docker: Docker, context: Readable, request: BuildRequest): Promise<string> {
  const steps = new Set<string>();
  const replaced = await idOf(docker, request.tag);
  const onOutput = (line: string): void => {
    const step = /^ ---> ([0-9a-f]{12})$/.exec(line)?.[1];
    if (step !== undefined) steps.add(step);
    request.onOutput(line);
  };
  try {
    return await follow(docker, context, { ...request, onOutput });
  } finally {
    if (replaced !== undefined) steps.add(replaced);
    await removeUnnamed(docker, steps).catch(() => undefined);
  }
}

async function follow(docker: Docker, context: Readable, request: BuildRequest): Promise<string> {
  const { followProgress } = await import('./progress.ts');
  const stream = await docker.buildImage(context, {
    t: request.tag,
    labels: { ...request.labels },
    networkmode: 'none',
    nocache: true,
    rm: true,
    forcerm: true,
    version: '1',
    ...(request.platform === undefined ? {} : { platform: request.platform }),
    ...(request.target === undefined ? {} : { target: request.target }),
    ...(request.signal === undefined ? {} : { abortSignal: request.signal }),
  });
  const abort = (): void => {
    (stream as Readable).destroy(new McpcatError('cancelled', 'the build was cancelled'));
  };
  request.signal?.addEventListener('abort', abort, { once: true });
  try {
    return await followProgress(stream as Readable, {
      doing: 'build',
      code: 'build-failed',
      onLine: request.onOutput,
    });
  } finally {
    request.signal?.removeEventListener('abort', abort);
  }
}

async function idOf(docker: Docker, reference: string): Promise<string | undefined> {
  try {
    return (await docker.getImage(reference).inspect()).Id;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/** From the last to the first: an image with children stays until they are gone, and takes its own parents with it. */
async function removeUnnamed(docker: Docker, ids: ReadonlySet<string>): Promise<void> {
  for (const id of [...ids].toReversed()) {
    const image = docker.getImage(id);
    const names = await image.inspect().then(
      ({ RepoTags, RepoDigests }) => [...(RepoTags ?? []), ...(RepoDigests ?? [])],
      () => ['gone'],
    );
    // 409: it is a parent of what stays, or a container runs on it.
    if (names.length === 0) await image.remove().catch(() => undefined);
  }
}
