import type { Source } from '../catalog/source.ts';
import type { AvailableReleases } from '../versioning/choose-release.ts';
import type { ConditionalClient } from './conditional-client.ts';
import { goReleases } from './go-releases.ts';
import { npmReleases } from './npm.ts';
import { pypiReleases } from './pypi.ts';

interface Query {
  readonly conditionalClient: ConditionalClient;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Go: the module that held the package last time, to ask for first. */
  readonly module?: string | undefined;
  readonly range?: string | undefined;
}

const availableFrom: Readonly<
  Record<Source['kind'], (name: string, query: Query) => Promise<AvailableReleases>>
> = {
  npm: npmReleases,
  pypi: pypiReleases,
  go: goReleases,
};

/** What the registry of a source offers; rejects with `package-unknown` or `upstream-unavailable`. */
export async function availableReleasesOf(
  { kind, name, range }: Source,
  query: Omit<Query, 'range'>,
): Promise<AvailableReleases> {
  return availableFrom[kind](name, { ...query, range });
}
