import { dockerEngine } from './docker/docker-engine.ts';
import type { Engine } from './engine.ts';
import { locateEngine, type Search } from './locate/locate.ts';

/** Finds the engine and makes the port to it. Nothing is sent before the first call, so this costs next to nothing. */
export function connectEngine(search: Search): Promise<Engine> {
  return Promise.resolve().then(() => dockerEngine(locateEngine(search)));
}
