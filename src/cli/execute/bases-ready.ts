import { buildBases } from '../../base/build-bases.ts';
import type { Runtime } from '../../base/recipe.ts';
import type { Server } from '../../catalog/server.ts';
import type { Engine } from '../../engine/engine.ts';
import type { BuildEnvironment, RunContext } from '../../image-build/build-server.ts';
import { hostFor } from '../../upstream/hosts.ts';

interface Setting {
  readonly engine: Engine;
  readonly buildEnvironment: BuildEnvironment;
  readonly run: RunContext;
}

/** One after the other: two runtimes share a layer, and two servers a runtime. */
let last: Promise<unknown> = Promise.resolve();

/** Makes the bases that a server stands on, unless the engine has them. One without a lock needs none yet. */
export async function basesReady({ lock }: Server, setting: Setting): Promise<void> {
  if (lock !== undefined) await basesReadyFor(lock.runtime, setting);
}

/** The same for a server that nobody has locked yet. */
export async function basesReadyFor(kind: Runtime, setting: Setting): Promise<void> {
  const made = last.then(() => makeMissing(kind, setting));
  last = made.catch(() => undefined);
  await made;
}

async function makeMissing(kind: Runtime, { engine, buildEnvironment, run }: Setting): Promise<void> {
  const { bases, templates, catalogTemplates, platform } = buildEnvironment;
  const images = await Promise.all(
    Object.values(bases[kind]).map(({ reference }) => engine.inspectImage(reference)),
  );
  if (images.every((image) => image !== undefined)) return;
  const { cacheFolder, env, emit, signal } = run;
  const places = { mirror: hostFor('debian', env), snapshotArchive: hostFor('debianSnapshot', env) };
  const request = { engine, templates, catalogTemplates, platform, cacheFolder, emit, signal, places };
  await buildBases({ ...request, kinds: [kind], update: false });
}
