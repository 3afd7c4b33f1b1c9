import { goVersions } from './go.ts';
import { pep440 } from './pep440.ts';
import type { Versioning } from './scheme.ts';
import { semver } from './semver.ts';

export type Ecosystem = 'npm' | 'pypi' | 'go';

/** How each ecosystem orders its versions. */
export const versioning: Readonly<Record<Ecosystem, Versioning>> = {
  npm: semver,
  pypi: pep440,
  go: goVersions,
};
