import type { ServedSurface } from '../surface/served-surface.ts';
import type { OpenUpstream } from './upstream.ts';

/** One server of a hub: what is known of it without starting it, and how it is started. */
export interface ServedServer extends ServedSurface {
  /** Its name in the catalog: `[a-z0-9-]+`. */
  readonly name: string;
  readonly open: OpenUpstream;
  /** It keeps nothing between calls: all sessions get the same container. */
  readonly sharing?: 'stateless' | undefined;
}
