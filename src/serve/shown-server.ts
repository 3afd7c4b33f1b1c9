import type { RevisionSurface } from '../surface/surface.ts';

/** What one server offers at the moment: its surface, without what is not pinned. */
export interface ShownServer {
  readonly server: string;
  readonly surface: RevisionSurface;
}
