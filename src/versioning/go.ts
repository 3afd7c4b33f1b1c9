import { prerelease, satisfies, valid, validRange } from 'semver';
import { compareSemver } from './semver.ts';
import type { Versioning } from './scheme.ts';

/**
 * Go's versions (go.dev/ref/mod#versions): semantic ones with a `v`. A pseudo-version names a commit and is spelled so
 * that the semantic order puts it after the tag before it and before the next. `+incompatible` marks a major version
 * from before modules and does not take part in the order.
 */
export const goVersions: Versioning = {
  isVersion: (text) => isGoVersion(text),
  isStable: (version) => isGoVersion(version) && prerelease(version) === null,
  compare: (a, b) => compareSemver(isGoVersion(a) ? plain(a) : '', isGoVersion(b) ? plain(b) : ''),
  isRange: (text) => isGoVersion(withV(text)) || validRange(text) !== null,
  satisfies: (version, range) => {
    if (!isGoVersion(version)) return false;
    if (isGoVersion(withV(range))) return plain(version) === plain(withV(range));
    return satisfies(plain(version), range);
  },
  isExact: (range) => isGoVersion(withV(range)),
};

export function isGoVersion(text: string): boolean {
  return /^v\d+\.\d+\.\d+(?:$|[-+])/.test(text) && valid(text) !== null;
}

function withV(text: string): string {
  return text.startsWith('v') ? text : `v${text}`;
}

function plain(version: string): string {
  return version.replace(/\+incompatible$/, '');
}

/** `vX.Y.Z-[…0.]yyyymmddhhmmss-abcdefabcdef` (go.dev/ref/mod#pseudo-versions). */
export function isPseudoVersion(version: string): boolean {
  return isGoVersion(version) && /[-.]\d{14}-[0-9a-f]{12}(?:\+incompatible)?$/.test(version);
}
