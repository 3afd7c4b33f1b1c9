import type { Scheme } from './scheme.ts';
import { catalogs } from './schemes-catalog.ts';
import { folders } from './schemes-folders.ts';
import { foreign } from './schemes-foreign.ts';
import { images } from './schemes-images.ts';
import { permitted, streams } from './schemes-streams.ts';

/** In the order in which they are tried. */
export const schemes: readonly Scheme[] = [
  ...folders,
  ...images,
  ...foreign,
  ...catalogs,
  ...streams,
  ...permitted,
];
