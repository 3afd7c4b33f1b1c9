import type { Host } from '../host/host.ts';
import { thisHost } from '../host/this-host.ts';
import { dockerEngine } from './docker/docker-engine.ts';
import type { Engine } from './engine.ts';
import { locateEngine, type Search } from './locate/locate.ts';

/** Finds the engine and makes the port to it. Nothing is sent before the first call, so this costs next to nothing. */
export function connectEngine(search: Omit<Search, 'host'> & { readonly host?: Host }): Promise<Engine> {
  return Promise.resolve().then(() => {
    const found = { host: thisHost(), ...search };
    return dockerEngine(locateEngine(found), {
      async profileFile() {
        const { profileFile } = await import('./docker/profile-file.ts');
        return profileFile(found.host.folders(found.env).cache);
      },
      async forward(destination) {
        const { forwarded } = await import('./ssh/forward.ts');
        return forwarded(destination, found);
      },
    });
  });
}
