import { readFileSync, statSync } from 'node:fs';
import { foldersBelowHome } from '../host/folders-below-home.ts';
import { digest } from '../lib/digest.ts';
import { writeOwnNow } from '../lib/write-now.ts';
import type { Places } from '../settings/read.ts';
import { readSurface } from './read-surface.ts';
import { maxSurfaceBytes, surfaceText } from './surface-text.ts';
import { surfaceVersion, type RevisionSurface } from './surface.ts';
import { visibleTools, type ApprovedDefinition, type VisibleTools } from './visible-tools.ts';

/** A server as one profile serves it. */
export interface ServedAs {
  /** `catalogId`: another catalog's server of the same name is another one. */
  readonly catalog: string;
  readonly server: string;
  /** Undefined: served without one. */
  readonly profile: string | undefined;
}

/** What it listed when it last ran, by protocol revision, and what that was held against. */
export interface Seen {
  readonly recorded: readonly RevisionSurface[];
  readonly live: readonly RevisionSurface[];
}

/**
 * For `mcpcat tools diff` and `approve`, which start nothing. Undefined if it has not run, or what is there is damaged:
 * it is written anew at its next start.
 */
export function readSeen(served: ServedAs, places: Places): Seen | undefined {
  try {
    const [recorded, live] = ['recorded', 'live'].map((which) =>
      readRevisions(fileOf(served, which, places), places),
    );
    return recorded === undefined || live === undefined ? undefined : { recorded, live };
  } catch {
    return undefined;
  }
}

function readRevisions(file: string, { host }: Places): readonly RevisionSurface[] {
  const text = readFileSync(file, 'utf8');
  if (!host.owns(statSync(file))) throw new Error(`${file} belongs to somebody else`);
  return readSurface(text, file).revisions;
}

/** Keeps what it lists now, in place of what it last listed to a client of that revision. Too much is not kept. */
export function keepSeen(
  served: ServedAs,
  now: { readonly recorded: RevisionSurface; readonly live: RevisionSurface },
  places: Places,
): void {
  const before = readSeen(served, places);
  for (const which of ['recorded', 'live'] as const) {
    const { protocolVersion } = now[which];
    const others = before?.[which].filter((one) => one.protocolVersion !== protocolVersion) ?? [];
    const revisions = [...others, now[which]];
    const text = surfaceText({ surfaceVersion, dependsOn: 'settings', triedSettings: [], revisions });
    if (text.length <= maxSurfaceBytes) writeOwnNow(fileOf(served, which, places), text);
  }
}

function fileOf({ catalog, server, profile }: ServedAs, which: string, places: Places): string {
  const { data } = foldersBelowHome(places);
  const name = profile === undefined ? server : `${server}.${profile}`;
  return places.host.path.join(data, 'surfaces', 'seen', digest(catalog), `${name}.${which}.json`);
}

/** What of it may be shown now, for each protocol revision that it was asked in. Pure. */
export function seenTools(
  { recorded, live }: Seen,
  approved: readonly ApprovedDefinition[],
): readonly (VisibleTools & { readonly protocolVersion: string })[] {
  return live.map(({ protocolVersion, tools }) => {
    const known = recorded.find((one) => one.protocolVersion === protocolVersion)?.tools ?? [];
    return { protocolVersion, ...visibleTools({ recorded: known, live: tools, approved }) };
  });
}
