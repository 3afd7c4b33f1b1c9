import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { ResolveDebian } from '../debian/confined-apt.ts';
import { buildServer, type RunContext, type BuildEnvironment } from '../image-build/build-server.ts';
import { loadServer } from '../catalog/load.ts';
import type { Lock } from '../catalog/lock.ts';
import type { Server } from '../catalog/server.ts';
import type { Engine } from '../engine/engine.ts';
import { writeWhole } from '../lib/folders.ts';
import { updateServer } from '../update/update-server.ts';
import type { Draft } from './draft.ts';
import { entryText } from './entry-text.ts';

export interface ScratchRequest {
  readonly name: string;
  readonly engine: Engine;
  readonly buildEnvironment: BuildEnvironment;
  readonly run: RunContext;
  readonly resolveDebian: ResolveDebian;
  readonly version: string;
  /** Dependencies published later are not taken. */
  readonly before: Date | undefined;
}

let candidates = 0;

/** A catalog folder of its own with one entry, and a candidate's image: both are gone when the work is over. */
export class Scratch implements AsyncDisposable {
  readonly image: string;
  readonly #request: ScratchRequest;
  readonly #root: string;

  private constructor(request: ScratchRequest, root: string) {
    this.#request = request;
    this.#root = root;
    this.image = `mcpcat/${request.name}:candidate-${String(process.pid)}-${String(candidates++)}`;
  }

  static async open(request: ScratchRequest): Promise<Scratch> {
    const root = await mkdtemp(path.join(os.tmpdir(), 'mcpcat-add-'));
    await mkdir(path.join(root, request.name));
    return new Scratch(request, root);
  }

  get folder(): string {
    return path.join(this.#root, this.#request.name);
  }

  /** Writes the entry, locks it if its packages are other ones, and builds the image unless it is the same. */
  async make(
    { entry, before: limit, majorsOf }: Draft,
    renews: 'lock' | 'image',
  ): Promise<{ readonly server: Server; readonly lock: Lock }> {
    const { engine, buildEnvironment, run, resolveDebian, name, version, before } = this.#request;
    const { templates } = buildEnvironment;
    await writeWhole(path.join(this.folder, 'server.yaml'), entryText(entry));
    if (renews === 'lock') {
      const server = await loadServer(this.#root, name, 'replaced');
      await updateServer({
        ...run,
        templates,
        server,
        resolveDebian,
        version,
        before: limit ?? before,
        majorsOf,
      });
    }
    const server = await loadServer(this.#root, name);
    if (server.lock === undefined) throw new Error('Internal error: a locked server without a lock');
    await buildServer(server, { buildEnvironment, run, engine, force: false, image: this.image });
    return { server, lock: server.lock };
  }

  /** File name → text, `lock.json` last: it is what says that the others are complete. */
  async files(): Promise<Record<string, string>> {
    const names = (await readdir(this.folder)).toSorted(
      (a, b) => Number(a === 'lock.json') - Number(b === 'lock.json'),
    );
    const texts = await Promise.all(
      names.map(async (file) => [file, await readFile(path.join(this.folder, file), 'utf8')] as const),
    );
    return Object.fromEntries(texts);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#root, { recursive: true, force: true });
    await this.#request.engine.removeImage(this.image, { force: true });
  }
}
