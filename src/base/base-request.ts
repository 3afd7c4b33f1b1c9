import type { DebianPlaces } from '../debian/locked-deb.ts';
import type { Engine } from '../engine/engine.ts';
import type { Emit } from '../lib/event.ts';
import type { BaseKind, Runtime } from './recipe.ts';
import type { Stage } from './references.ts';

export interface BuildBases {
  readonly engine: Engine;
  readonly templates: string;
  /** The catalog's own, where `templates` are what this machine has decided for itself: the bases then say so. */
  readonly catalogTemplates?: string | undefined;
  readonly kinds: readonly Runtime[];
  readonly platform: string;
  /** Where it is made, if that is another platform: then only runtime bases are made, and the tools for them. */
  readonly host?: string;
  readonly cacheFolder: string;
  /** Where Debian's packages are. */
  readonly places: DebianPlaces;
  /** Resolve everything anew and write the locks; nothing else writes them. */
  readonly update: boolean;
  readonly emit: Emit;
  readonly signal?: AbortSignal | undefined;
}

export interface BuiltBase {
  readonly kind: BaseKind;
  readonly stage: Stage;
  readonly reference: string;
  readonly state: 'built' | 'unchanged';
  readonly bytes: number;
}

/** One base of a request. */
export interface Target {
  readonly kind: BaseKind;
  readonly stage: Stage;
  /** The build base that it stands on. */
  readonly debian?: string;
}
