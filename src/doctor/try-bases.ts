import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { contextStream } from '../base/context-stream.ts';
import type { Engine } from '../engine/engine.ts';
import { McpcatError, messageOf } from '../lib/errors.ts';
import { httpGet } from '../lib/http.ts';
import { makeFolder } from '../lib/make-folder.ts';
import { randomId } from '../lib/random-id.ts';
import { hintOf, type Condition } from './condition.ts';

export interface TryBases {
  readonly engine: Engine;
  /** Of the bases that images are built on. */
  readonly references: readonly string[];
  /** Where downloads are kept. */
  readonly cacheFolder: string;
  /** An address that the Debian mirror must answer. */
  readonly probeAddress: string;
}

/**
 * Whether images can be built here by this user: the bases are there, or what makes them was tried, each with its own
 * reason. Never rejects.
 */
export async function tryBases(request: TryBases): Promise<Condition> {
  const { engine, references } = request;
  const found = await Promise.all(references.map((reference) => engine.inspectImage(reference)));
  if (found.every((image) => image !== undefined))
    return { kind: 'bases', status: 'ok', message: 'the bases that images are built on are on this engine' };
  const trials = [
    { what: 'the engine builds an image', run: () => buildOne(engine) },
    { what: 'downloads can be kept', run: () => keepOne(request.cacheFolder) },
    { what: 'the Debian mirror answers', run: () => ask(request.probeAddress) },
  ];
  for (const { what, run } of trials) {
    const failure = await run().then(
      () => undefined,
      (error: unknown) => error,
    );
    if (failure !== undefined) return cannot(what, failure);
  }
  return {
    kind: 'bases',
    status: 'ok',
    message: `the bases are not made yet; what makes them works: ${trials.map(({ what }) => what).join(', ')}`,
    hint: 'mcpcat base build',
  };
}

function cannot(what: string, error: unknown): Condition {
  return {
    kind: 'bases',
    status: 'failed',
    message: `bases can't be made here; expected that ${what}, found: ${messageOf(error)}`,
    ...hintOf(error),
  };
}

/** As bases are built: from nothing, without network. */
async function buildOne(engine: Engine): Promise<void> {
  const tag = `mcpcat/doctor:${randomId()}`;
  try {
    const context = contextStream([{ name: 'Dockerfile', content: 'FROM scratch\nCOPY Dockerfile /\n' }]);
    await engine.buildImage(context, { tag, onOutput: () => undefined });
  } finally {
    await engine.removeImage(tag, { force: true });
  }
}

async function keepOne(folder: string): Promise<void> {
  await makeFolder(folder);
  const file = path.join(folder, `${randomUUID()}.tmp`);
  try {
    await writeFile(file, 'mcpcat doctor');
  } catch (error) {
    throw new McpcatError('io-failed', messageOf(error), {
      hint: 'XDG_CACHE_HOME names another folder for downloads',
      cause: error,
    });
  } finally {
    await rm(file, { force: true });
  }
}

async function ask(address: string): Promise<void> {
  const response = await httpGet(address, { subject: 'the Debian mirror', attempts: 2, deadline: 10_000 });
  await response.body?.cancel();
}
