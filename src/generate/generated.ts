import type { Entry } from '../catalog/entry.ts';
import type { Artifact, Lock } from '../catalog/lock.ts';
import type { BaseRef } from '../base/references.ts';
import type { Platform } from '../engine/engine.ts';

export interface GenerateInput {
  readonly entry: Entry;
  readonly lock: Lock;
  /** The ecosystem's own lock files, by name. */
  readonly files: Readonly<Record<string, string>>;
  readonly build: BaseRef;
  readonly runtime: BaseRef;
  readonly platform: Platform;
  /** The build base is of another platform: what is built must not be run there. */
  readonly cross?: boolean;
}

/** A build context, without the bytes of its artifacts. */
export interface Generated {
  readonly dockerfile: string;
  /** Small files, by path in the context. */
  readonly files: Readonly<Record<string, string>>;
  /** Where each fetched file goes in the context. */
  readonly artifacts: readonly { readonly path: string; readonly artifact: Artifact }[];
  /** Same fingerprint: nothing to build. */
  readonly fingerprint: string;
}

/** What differs between runtimes. */
export interface Recipe {
  /** Instructions of the build stage, after FROM and the system packages. */
  readonly buildStage: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  /** Environment of the final image. */
  readonly env: Readonly<Record<string, string>>;
  /** What process 1 starts, before the entry's arguments. */
  readonly program: readonly string[];
  pathOf(artifact: Artifact): string;
}
