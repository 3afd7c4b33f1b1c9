import { readFileSync, statSync } from 'node:fs';
import { foldersBelowHome } from '../host/folders-below-home.ts';
import { digest } from '../lib/digest.ts';
import { writeOwnNow } from '../lib/write-now.ts';
import type { Places } from '../settings/read.ts';
import { readSurface } from './read-surface.ts';
import { maxSurfaceBytes, surfaceText } from './surface-text.ts';
import { surfaceVersion, type RevisionSurface, type Surface } from './surface.ts';

/** A server as one profile serves it. */
export interface ServedAs {
  /** `catalogId`: another catalog's server of the same name is another one. */
  readonly catalog: string;
  readonly server: string;
  /** Undefined: served without one. */
  readonly profile: string | undefined;
}

/**
 * What a server listed when it last ran: for `mcpcat tools diff` and `approve`, which start nothing. Undefined if it has
 * not run, or what is there is damaged: it is written anew at its next start.
 */
export function readSeen(served: ServedAs, places: Places): Surface | undefined {
  const file = seenFile(served, places);
  try {
    const text = readFileSync(file, 'utf8');
    return places.host.owns(statSync(file)) ? readSurface(text, file) : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps what it lists now, in place of what it last listed to a client of that revision. Too much is not kept. */
export function keepSeen(served: ServedAs, revision: RevisionSurface, places: Places): void {
  const others = (readSeen(served, places)?.revisions ?? []).filter(
    ({ protocolVersion }) => protocolVersion !== revision.protocolVersion,
  );
  const surface: Surface = {
    surfaceVersion,
    dependsOn: 'settings',
    triedSettings: [],
    revisions: [...others, revision],
  };
  const text = surfaceText(surface);
  if (text.length <= maxSurfaceBytes) writeOwnNow(seenFile(served, places), text);
}

function seenFile({ catalog, server, profile }: ServedAs, places: Places): string {
  const { data } = foldersBelowHome(places);
  const name = profile === undefined ? server : `${server}.${profile}`;
  return places.host.path.join(data, 'surfaces', 'seen', digest(catalog), `${name}.json`);
}
