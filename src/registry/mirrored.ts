import { mirrorIn } from '../lib/mirrors.ts';
import { parseReference } from './reference.ts';

/** A mirror of registries has each image of theirs below a path of its own; what it hands out is checked by digest. */
export function mirrored(repository: string, env: Readonly<Record<string, string | undefined>>): string {
  const mirror = mirrorIn(env, 'registry');
  return mirror === undefined ? repository : `${mirror}/${parseReference(repository).repository}`;
}
