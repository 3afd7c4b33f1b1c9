import type { Host } from '../host/host.ts';
import { thisHost } from '../host/this-host.ts';
import { engineMemory } from './docker/engine-memory.ts';
import { dockerEngine } from './docker/docker-engine.ts';
import type { Engine } from './engine.ts';
import { isCluster } from './locate/cluster.ts';
import { locateEngine, type Search } from './locate/locate.ts';

interface Wanted extends Omit<Search, 'host'> {
  readonly host?: Host;
  /** Whether what an engine is, is kept for the next start. */
  readonly memory?: 'kept' | 'none';
  /** One line for people: what of a cluster's network could not be tried. */
  readonly say?: ((line: string) => void) | undefined;
}

/** Finds the engine and makes the port to it. Nothing is sent before the first call, so this costs next to nothing. */
export async function connectEngine({ memory = 'none', ...search }: Wanted): Promise<Engine> {
  const found = { host: thisHost(), ...search };
  const { host, env } = found;
  if (found.endpoint !== undefined && isCluster(found.endpoint)) {
    const { connectCluster } = await import('./kubernetes/connect-cluster.ts');
    return connectCluster(found.endpoint, found);
  }
  const address = locateEngine(found);
  const { endpoint } = address;
  return dockerEngine(address, {
    memory: memory === 'kept' ? engineMemory({ cache: host.folders(env).cache, endpoint, host }) : undefined,
    async profileFile() {
      const { profileFile } = await import('./docker/profile-file.ts');
      return profileFile(host.folders(env).cache);
    },
    async forward(destination) {
      const { forwarded } = await import('./ssh/forward.ts');
      return forwarded(destination, found);
    },
  });
}
