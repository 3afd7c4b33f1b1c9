import type { Engine } from '../../../src/engine/engine.ts';
import { pushImage } from '../../../src/registry/push.ts';
import { repackImage } from '../../../src/registry/repack/repack.ts';
import { client, openRegistry } from '../../registry/rig.ts';
import { testEngine } from '../../rig/engine.ts';

export interface Published extends AsyncDisposable {
  /** `127.0.0.1:PORT/mcpcat/NAME@sha256:…`: for us and for the node, which share this network. */
  readonly image: string;
}

/** An image of this machine's engine in a registry of its own, as `mcpcat publish` packs it. */
export async function published(name: string): Promise<Published> {
  const engine: Engine = await testEngine();
  const registry = await openRegistry();
  await using packed = await repackImage(await engine.saveImage(`mcpcat/${name}:local`));
  const repository = `mcpcat/${name}`;
  const { digest } = await pushImage(client(registry.host), packed, { repository, tags: ['1'] });
  return {
    image: `${registry.host}/${repository}@${digest}`,
    [Symbol.asyncDispose]: async () => registry[Symbol.asyncDispose](),
  };
}
