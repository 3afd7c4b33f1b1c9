import { compare, explain, satisfies } from '@renovatebot/pep440';

type Explained = NonNullable<ReturnType<typeof explain>>;

/**
 * Whether a version lies in a specifier, pre-releases included. Four rules of the specification of version specifiers
 * are ours, because the library simplifies them (5.0.1, findings/pep440-above-a-prerelease.sh): it takes 1.0 to be
 * outside of `>1.0rc1` and of `<1.0.post1`, does not pad 1 to 1.0 for `==1.0.*`, and reads `===1.0.*` as a pattern.
 */
export function liesInSpecifier(version: string, specifier: string): boolean {
  return specifier.split(',').every((clause) => liesInClause(version.trim(), clause.trim()));
}

function liesInClause(version: string, clause: string): boolean {
  const [, operator = '', limit = ''] = /^([<>=!~]*)\s*(.*)$/.exec(clause) ?? [];
  const [found, bound] = [explain(version), explain(limit)];
  if (operator === '===') return version.toLowerCase() === limit.toLowerCase();
  if (operator !== '<' && operator !== '>')
    return satisfies(padded(version, limit), clause, { prereleases: true });
  if (found === null || bound === null) return false;
  return operator === '>' ? liesAbove(found, bound) : liesBelow(found, bound);
}

/** "MUST NOT allow a post-release of the given version unless V itself is a post release", nor a local version of it. */
function liesAbove(found: Explained, bound: Explained): boolean {
  if (compare(found.public, bound.public) <= 0) return false;
  return bound.is_postrelease || !found.is_postrelease || !same(withoutPost(found), bound);
}

/** "MUST NOT allow a pre-release of the specified version unless the specified version is itself a pre-release". */
function liesBelow(found: Explained, bound: Explained): boolean {
  if (compare(found.public, bound.public) >= 0) return false;
  return bound.is_prerelease || !found.is_prerelease || !same(withoutPre(found), bound);
}

/** 1.0a1 of 1.0a1.post2. */
function withoutPost({ public: version }: Explained): string {
  return version.replace(/\.post.*$/, '');
}

/** 1.0 of 1.0a1, 1.0.post1 of 1.0.post1.dev2. */
function withoutPre({ pre, public: version, base_version: base }: Explained): string {
  return pre === null ? version.replace(/\.dev.*$/, '') : base;
}

function same(version: string, { public: other }: Explained): boolean {
  return compare(version, other) === 0;
}

/** With as many numbers in its release as the limit has: `1` becomes `1.0` beside `1.0.*`. */
function padded(version: string, limit: string): string {
  const numbers = /^v?(?:\d+!)?(\d+(?:\.\d+)*)/;
  const missing = count(numbers.exec(limit)?.[1]) - count(numbers.exec(version)?.[1]);
  return version.replace(numbers, (release) => release + '.0'.repeat(Math.max(0, missing)));
}

function count(release = ''): number {
  return release.split('.').length;
}
