import type Docker from 'dockerode';
import type { Readable } from 'node:stream';
import { McpcatError } from '../../lib/errors.ts';
import type { Engine, ImageFacts, Labels } from '../engine.ts';
import type { Calls } from './calls.ts';
import type { Dialect } from './dialect.ts';
import { failure, statusOf } from './failure.ts';
import type { Identify } from './identify.ts';
import { fieldsOf } from '../json.ts';

type ImageCalls = Pick<
  Engine,
  | 'inspectImage'
  | 'listImages'
  | 'buildImage'
  | 'pullImage'
  | 'tagImage'
  | 'removeImage'
  | 'saveImage'
  | 'loadImage'
>;

/** The part of the port that deals with images. What only maintainers need is loaded when it is called. */
export function imageCalls(docker: Docker, calls: Calls, identify: Identify): ImageCalls {
  return {
    inspectImage: (reference) =>
      calls.tolerant(`inspect ${reference}`, [404], async () => inspect(docker, reference, await identify())),
    listImages: (labels) => calls.quick('list images', async () => list(docker, labels, await identify())),
    buildImage: (context, request) =>
      calls.patient('build the image', async () => {
        const { build } = await import('./build.ts');
        return build({ docker, dialect: await identify() }, context, request);
      }),
    pullImage: (reference, onProgress, signal) =>
      calls.patient(`pull ${reference}`, () => pull(docker, { reference, onProgress, signal })),
    tagImage: (reference, newReference) =>
      calls.quick(
        `tag ${reference}`,
        async () => void (await docker.getImage(reference).tag(repositoryAndTag(newReference))),
      ),
    async removeImage(reference, options) {
      await calls.tolerant(`remove ${reference}`, [404], () =>
        docker.getImage(reference).remove({ force: options?.force ?? false }),
      );
    },
    saveImage: (reference) =>
      calls.quick(`save ${reference}`, async () => (await docker.getImage(reference).get()) as Readable),
    loadImage: (archive) =>
      calls.patient('load an image', async () => load(docker, archive, await identify())),
  };
}

async function inspect(docker: Docker, reference: string, dialect: Dialect): Promise<ImageFacts> {
  const image = await docker.getImage(reference).inspect();
  const { Config } = image;
  return {
    id: image.Id,
    tags: image.RepoTags.map(dialect.imageName),
    digests: image.RepoDigests,
    labels: Config.Labels ?? {},
    bytes: image.Size,
    platform: `${image.Os}/${image.Architecture}`,
    created: image.Created,
    user: Config.User,
    entrypoint: words(Config.Entrypoint),
    command: Config.Cmd ?? [],
    env: Config.Env ?? [],
    volumes: Object.keys(fieldsOf(Config.Volumes)),
  };
}

function words(value: string | string[] | undefined | null): readonly string[] {
  return typeof value === 'string' ? [value] : (value ?? []);
}

async function list(docker: Docker, labels: Labels, dialect: Dialect): Promise<readonly ImageFacts[]> {
  const label = Object.entries(labels).map(([name, value]) => (value === '' ? name : `${name}=${value}`));
  const found = await docker.listImages({ filters: { label } });
  const facts = await Promise.all(found.map(({ Id }) => inspect(docker, Id, dialect).catch(ignoreGone)));
  return facts.filter((image) => image !== undefined);
}

/** An image may vanish between list and inspecting. */
function ignoreGone(error: unknown): undefined {
  if (statusOf(error) !== 404) throw error;
}

function repositoryAndTag(reference: string): { repo: string; tag: string } {
  const colon = reference.lastIndexOf(':');
  if (colon <= reference.lastIndexOf('/')) return { repo: reference, tag: 'latest' };
  return { repo: reference.slice(0, colon), tag: reference.slice(colon + 1) };
}

async function pull(
  docker: Docker,
  {
    reference,
    onProgress,
    signal,
  }: { reference: string; onProgress: (line: string) => void; signal: AbortSignal | undefined },
): Promise<void> {
  const { followProgress } = await import('./progress.ts');
  try {
    const stream = await docker.pull(reference, signal === undefined ? {} : { abortSignal: signal });
    await followProgress(stream as Readable, {
      doing: `pull ${reference}`,
      code: 'engine-failed',
      onLine: onProgress,
    });
  } catch (error) {
    if (statusOf(error) !== 404) throw failure(error, `pull ${reference}`, 'the engine');
    throw new McpcatError('image-missing', `no registry has ${reference}`, { cause: error });
  }
}

async function load(docker: Docker, archive: Readable, { imageName }: Dialect): Promise<string> {
  const { followProgress } = await import('./progress.ts');
  const broken = new AbortController();
  // A source that fails does not end the request by itself: the engine would wait for the rest.
  archive.once('error', (error) => {
    broken.abort(error);
  });
  let name = '';
  const onLine = (line: string): void => {
    // Podman writes one line for all of them, apart by commas.
    name = /^Loaded image(?: ID|s)?(?:\(s\))?: ([^,\s]+)/.exec(line)?.[1] ?? name;
  };
  try {
    const stream = await docker.loadImage(archive, { abortSignal: broken.signal });
    await followProgress(stream as Readable, { doing: 'load an image', code: 'engine-failed', onLine });
    return imageName(name);
  } catch (error) {
    if (archive.errored !== null) throw archive.errored;
    throw error;
  } finally {
    archive.destroy();
  }
}
