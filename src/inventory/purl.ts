import { PackageURL } from 'packageurl-js';
import { pypiName } from '../upstream/pypi-name.ts';

/** Qualifiers of a package URL, such as a Debian package's `arch`. */
type Qualifiers = Readonly<Record<string, string>>;

/** `@scope/name` → `pkg:npm/%40scope/name@1.0.0`. */
export function npmPurl(name: string, version: string): string {
  const [first = '', second] = name.split('/');
  return second === undefined ? purl('npm', [first], version) : purl('npm', [first, second], version);
}

export function pypiPurl(name: string, version: string): string {
  return purl('pypi', [pypiName(name)], version);
}

export function goPurl(name: string, version: string): string {
  return purl('golang', name.split('/'), version);
}

export function debPurl(name: string, version: string, qualifiers: Qualifiers): string {
  return purl('deb', ['debian', name], version, qualifiers);
}

export function genericPurl(name: string, version: string): string {
  return purl('generic', [name], version);
}

// Four words of one address, in its order.
// oxlint-disable-next-line max-params
function purl(type: string, path: readonly string[], version: string, qualifiers?: Qualifiers): string {
  const namespace = path.slice(0, -1).join('/');
  return new PackageURL(
    type,
    namespace === '' ? undefined : namespace,
    path.at(-1) ?? '',
    version,
    qualifiers,
  ).toString();
}
