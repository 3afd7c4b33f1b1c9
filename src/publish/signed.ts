import type { Manifest } from '../registry/content/manifest.ts';

/** Who has signed, how many statements there are about the image, and how many of them were new. */
export interface Signed {
  readonly by: string;
  readonly statements: number;
  readonly signed: number;
}

/** Signs an index that is in the repository, and its images; null where nobody signs. */
export type Seal = (index: Manifest) => Promise<Signed | null>;
