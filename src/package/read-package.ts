import type { Source } from '../catalog/source.ts';
import { goPackage } from './go.ts';
import { npmPackage } from './npm.ts';
import type { Package, PackageQuery } from './package.ts';
import { pypiPackage } from './pypi.ts';

const readers: Readonly<Record<Source['kind'], (query: PackageQuery) => Promise<Package>>> = {
  npm: npmPackage,
  pypi: pypiPackage,
  go: goPackage,
};

/** What a registry and one release's own files say; rejects with `package-unknown` or `upstream-unavailable`. */
export function readPackage(kind: Source['kind'], query: PackageQuery): Promise<Package> {
  return readers[kind](query);
}
