import type { Engine } from '../../../src/engine/engine.ts';
import { pushImage } from '../../../src/registry/push.ts';
import { repackImage } from '../../../src/registry/repack/repack.ts';
import { client, openRegistry, type OpenRegistry } from '../../registry/rig.ts';
import { testEngine } from '../../rig/engine.ts';

export interface Published extends AsyncDisposable {
  /** `127.0.0.1:PORT/mcpcat/NAME@sha256:…`: for us and for the node, which share this network. */
  readonly image: string;
}

/** An image of the catalog on this machine's engine in a registry of its own, as `mcpcat publish` packs it. */
export async function published(name: string): Promise<Published> {
  const registry = await openRegistry();
  const image = await pushed(await testEngine(), { registry, tag: `mcpcat/${name}:local`, name });
  return { image, [Symbol.asyncDispose]: async () => registry[Symbol.asyncDispose]() };
}

interface Pushing {
  readonly registry: OpenRegistry;
  readonly tag: string;
  readonly name: string;
}

/** Its reference, by digest. */
export async function pushed(engine: Engine, { registry, tag, name }: Pushing): Promise<string> {
  await using packed = await repackImage(await engine.saveImage(tag));
  const repository = `mcpcat/${name}`;
  const { digest } = await pushImage(client(registry.host), packed, { repository, tags: ['1'] });
  return `${registry.host}/${repository}@${digest}`;
}
