import type Docker from 'dockerode';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { McpcatError } from '../../lib/errors.ts';
import type { BuildRequest } from '../engine.ts';
import type { Dialect } from './dialect.ts';
import { statusOf } from './failure.ts';

export interface Builder {
  readonly docker: Docker;
  readonly dialect: Dialect;
}

/**
 * Builds with the classic builder, whose language is the portable subset that our Dockerfiles keep to, and leaves
 * nothing but the tagged image. Without the builder's cache: the fingerprint decides what is built, everything comes
 * by hash, and so each image in progress is this build's own and may be removed without asking who else uses it.
 */
export async function build(
  { docker, dialect }: Builder,
  context: Readable,
  request: BuildRequest,
): Promise<string> {
  const steps = new Set<string>();
  const replaced = await idOf(docker, request.tag);
  let begins = false;
  let longestMs = 0;
  let stepAt = performance.now();
  const onOutput = (line: string): void => {
    const step = /^ ---> ([0-9a-f]{12})$/.exec(line)?.[1];
    // What FROM names is not this build's own: other builds stand on it too.
    if (step !== undefined && !begins) steps.add(step);
    if (line.startsWith('Step ')) {
      begins = / : FROM /i.test(line);
      longestMs = Math.max(longestMs, performance.now() - stepAt);
      stepAt = performance.now();
    }
    request.onOutput(line);
  };
  let finished = false;
  try {
    const id = await follow({ docker, dialect }, context, { ...request, onOutput });
    finished = true;
    return id;
  } finally {
    if (replaced !== undefined && finished) steps.add(replaced);
    const tidy = finished ? removeUnnamed(docker, steps) : removeUnfinished(docker, steps, longestMs);
    // An engine that hangs must not keep us from saying so.
    await Promise.race([tidy.catch(() => undefined), sleep(tidyMs, undefined, { ref: false })]);
  }
}

/** Milliseconds: `mcpcat prune` removes what is there after them. */
const tidyMs = 20_000;

/** Bytes. A build unpacks and compiles what strangers wrote: it must not take the machine. Swap counts in, as in a sandbox. */
const buildMemoryBytes = 4 * 1024 ** 3;
/** Processes of a user that is not root, as install scripts are run. */
const buildProcesses = 4096;
const bounds = {
  memory: buildMemoryBytes,
  memswap: buildMemoryBytes,
};

async function follow(
  { docker, dialect }: Builder,
  context: Readable,
  request: BuildRequest,
): Promise<string> {
  const { followProgress } = await import('./progress.ts');
  const stream = await docker.buildImage(context, {
    t: request.tag,
    labels: { ...request.labels },
    networkmode: 'none',
    nocache: true,
    rm: true,
    forcerm: true,
    version: '1',
    ...bounds,
    ...dialect.build(buildProcesses),
    ...(request.platform === undefined ? {} : { platform: request.platform }),
    ...(request.target === undefined ? {} : { target: request.target }),
    ...(request.signal === undefined ? {} : { abortSignal: request.signal }),
  });
  const abort = (): void => {
    (stream as Readable).destroy(new McpcatError('cancelled', 'the build was cancelled'));
  };
  request.signal?.addEventListener('abort', abort, { once: true });
  try {
    const id = await followProgress(stream as Readable, {
      doing: 'build',
      code: 'build-failed',
      onLine: request.onOutput,
    });
    if (id !== '') return id;
    throw new McpcatError('engine-gone', 'the engine ended the build before there was an image', {
      hint: 'see that it is running: mcpcat doctor',
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

/** Milliseconds between two looks, and at least without a find. */
const lookMs = 200;
const calmMs = 2000;

/**
 * After a failure nothing of the build may stay, but the engine gives up a step only when it notices, and may commit it
 * until then. What it commits is known by its parent, which must be there at that moment: so nothing is removed before
 * nothing new has come for as long as the longest step took: on a busy engine a COPY is committed many seconds later.
 */
async function removeUnfinished(docker: Docker, steps: Set<string>, longestMs: number): Promise<void> {
  const end = performance.now() + tidyMs;
  await untilNothingComes(docker, steps, Math.max(calmMs, longestMs));
  while ((await removeUnnamed(docker, steps)) > 0 && performance.now() < end) await sleep(lookMs);
}

/** At most three quarters of the time that there is: what has come must go as well. */
async function untilNothingComes(docker: Docker, steps: Set<string>, forMs: number): Promise<void> {
  const end = performance.now() + (3 / 4) * tidyMs;
  let last = performance.now();
  while (performance.now() < Math.min(last + forMs, end)) {
    const children = await childrenOf(docker, steps);
    for (const id of children) steps.add(id);
    if (children.length > 0) last = performance.now();
    await sleep(lookMs);
  }
}

/** A generation; of all images, as those that count as dangling have no children themselves. */
async function childrenOf(docker: Docker, parents: ReadonlySet<string>): Promise<string[]> {
  const images = await docker.listImages({ all: true });
  return images
    .filter(({ ParentId }) => parents.has(shortId(ParentId)))
    .map(({ Id }) => shortId(Id))
    .filter((id) => !parents.has(id));
}

/** As the builder prints it. */
function shortId(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12);
}

/**
 * From the last to the first: an image with children stays until they are gone, and takes its own parents with it.
 * Resolves to how many have no name and are still there.
 */
async function removeUnnamed(docker: Docker, ids: ReadonlySet<string>): Promise<number> {
  let left = 0;
  for (const id of [...ids].toReversed()) {
    const image = docker.getImage(id);
    const names = await image.inspect().then(
      ({ RepoTags, RepoDigests }) => [RepoTags, RepoDigests].flat().filter((name) => name),
      () => ['gone'],
    );
    if (names.length > 0) continue;
    // 409: it is a parent of what stays, or a container runs on it.
    const removed = await image.remove().then(
      () => true,
      () => false,
    );
    if (!removed) left += 1;
  }
  return left;
}
