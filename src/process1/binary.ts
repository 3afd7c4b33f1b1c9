import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { loadBases, type Bases } from '../base/references.ts';
import type { Engine, Platform } from '../engine/engine.ts';
import { McpcatError } from '../lib/errors.ts';
import { writeWhole } from '../lib/folders.ts';
import { projectFolder } from '../lib/project.ts';
import { withIdleContainer } from './idle-container.ts';
import { onlyFile } from './only-file.ts';
import type { OwnRequest } from './process1.ts';
import { initSourcesId } from './sources.ts';

/** Process 1 for one kind of machine. */
export interface InitBinary {
  readonly arch: 'amd64' | 'arm64';
  readonly bytes: Buffer;
  /** In hex. */
  readonly sha256: string;
}

/** One engine has one. */
const known = new WeakMap<Engine, Promise<InitBinary>>();

/**
 * Process 1 for an engine's machine: of the package (scripts/init-binaries.ts); in a checkout of a base that was made
 * from the same sources, once. Rejects with `base-missing` if there is neither.
 */
export async function initBinary(request: OwnRequest): Promise<InitBinary> {
  const { engine } = request;
  const finding = known.get(engine) ?? find(request);
  known.set(engine, finding);
  finding.catch(() => known.delete(engine));
  return finding;
}

/** Below a folder of the package or of the user's cache: of these very sources. */
export function binaryFile(folder: string, { arch, sources }: { arch: string; sources: string }): string {
  return path.join(folder, 'init', sources, `mcpcat-init-${arch}`);
}

async function find(request: OwnRequest): Promise<InitBinary> {
  const { engine, cache } = request;
  const [{ platform }, sources] = await Promise.all([engine.info(), initSourcesId()]);
  const arch = platform === 'linux/arm64' ? 'arm64' : 'amd64';
  const folders = [path.join(projectFolder(), 'dist'), ...(cache === undefined ? [] : [cache])];
  for (const folder of folders) {
    const bytes = await readFile(binaryFile(folder, { arch, sources })).catch(() => undefined);
    if (bytes !== undefined) return binaryOf(arch, bytes);
  }
  const bases = await loadBases(path.join(projectFolder(), 'templates'), platform);
  const bytes = await fromBase(request, { platform, bases });
  if (cache !== undefined)
    await writeWhole(binaryFile(cache, { arch, sources }), bytes, { mode: 0o600, folderMode: 0o700 }).catch(
      () => undefined, // it is read from the base again
    );
  return binaryOf(arch, bytes);
}

function binaryOf(arch: InitBinary['arch'], bytes: Buffer): InitBinary {
  return { arch, bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** Every runtime base holds the same one, and its name says from which sources. */
export async function fromBase(
  { engine, labels }: OwnRequest,
  { platform, bases: { go, python, node } }: { readonly platform: Platform; readonly bases: Bases },
): Promise<Buffer> {
  for (const { runtime } of [go, python, node]) {
    const image = runtime.reference;
    if ((await engine.inspectImage(image)) === undefined) continue;
    const bytes = await withIdleContainer(engine, { image, mounts: [], labels }, async (id) =>
      onlyFile(await engine.copyOut(id, '/mcpcat-init')),
    );
    if (bytes !== undefined) return bytes;
  }
  throw new McpcatError('base-missing', `this checkout has no process 1 for ${platform} yet`, {
    hint: 'mcpcat base build go makes one',
  });
}
