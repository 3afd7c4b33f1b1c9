import { versioning, type Ecosystem } from '../versioning/versioning.ts';

/** A tag that follows releases: it names the newest one of those whose text begins as it does. */
export interface VersionTag {
  readonly tag: string;
  /** Never moved to an older release than the one it names. */
  readonly forward: boolean;
}

/**
 * The tags of a release: `1.2.3`, `1.2` and `latest`. One that is not finished (a pre-release, a pseudo-version of Go)
 * gets its own tag alone. What a tag can't hold (`+`) becomes `_`; Go's `v` is left out.
 */
export function versionTags(ecosystem: Ecosystem, version: string): readonly VersionTag[] {
  const text = version.replace(/^v(?=\d)/, '');
  const own = text.replaceAll(/[^A-Za-z0-9_.-]/g, '_').slice(0, 128);
  const exact = [{ tag: own, forward: false }];
  if (!versioning[ecosystem].isStable(version)) return exact;
  const minor = /^(\d+\.\d+)(?=[.+_-]|$)/.exec(text)?.[1];
  const follows = minor === undefined || minor === own ? ['latest'] : [minor, 'latest'];
  return [...exact, ...follows.map((tag) => ({ tag, forward: true }))];
}

/** Whether a tag that names `current` may be moved to `next`; the same release may have been built anew. */
export function mayMove(ecosystem: Ecosystem, current: string, next: string): boolean {
  return versioning[ecosystem].compare(next, current) >= 0;
}
