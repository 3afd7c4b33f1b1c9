import type { Lists, RevisionSurface, Surface } from '../surface/surface.ts';
import type { OpenUpstream } from './upstream.ts';

/** One server of a hub: what is known of it without starting it, and how it is started. */
export interface ServedServer {
  /** Its name in the catalog: `[a-z0-9-]+`. */
  readonly name: string;
  readonly open: OpenUpstream;
  /** What it offers with the user's settings; undefined if nobody has recorded that. Asked once for each session. */
  surface(): Surface | undefined;
  /** Keeps what a start has shown, for the sessions that follow. */
  learned(surface: RevisionSurface): void;
  /** What of the lists of a running server may be shown and called, and what is said of the rest. */
  pin(recorded: RevisionSurface, live: Pick<Lists, 'tools'>): Pinned;
}

export interface Pinned {
  readonly tools: Lists['tools'];
  /** One line each, for people. */
  readonly findings: readonly string[];
}
