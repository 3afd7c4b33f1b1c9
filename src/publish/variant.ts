import type { Platform } from '../engine/engine.ts';

/** An image of the engine that is to be published. */
export interface Variant {
  readonly platform: Platform;
  readonly image: string;
  /** That the entry has now, for this platform. */
  readonly fingerprint: string;
}
