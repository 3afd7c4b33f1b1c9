import { compare, valid } from 'semver';
import { compareVersions } from '../debian/compare-versions.ts';
import { pep440 } from '../versioning/pep440.ts';
import type { Ecosystem } from './identity.ts';

/** The order in which a record's events and a version stand. */
interface VersionOrder {
  readonly isVersion: (text: string) => boolean;
  /** Of two versions. */
  readonly compare: (a: string, b: string) => number;
}

/** Longer ones nobody publishes; comparing takes time by length. */
const maxLength = 256;

/** As OSV has it: no `v`, and build metadata does not count; Go's `+incompatible` is some. */
const semantic: VersionOrder = {
  isVersion: (text) => text.length <= maxLength && valid(plain(text)) !== null,
  compare: (a, b) => compare(plain(a), plain(b)),
};
const python: VersionOrder = {
  isVersion: (text) => text.length <= maxLength && pep440.isVersion(text),
  compare: pep440.compare,
};
const debian: VersionOrder = {
  isVersion: (text) => text.length <= maxLength && /^[A-Za-z0-9.+:~-]+$/.test(text),
  compare: compareVersions,
};

const orders: Readonly<Record<Ecosystem, VersionOrder>> = {
  npm: semantic,
  PyPI: python,
  Go: semantic,
  'Debian:13': debian,
  Bitnami: semantic,
};

export function versionOrder(ecosystem: Ecosystem): VersionOrder {
  return orders[ecosystem];
}

function plain(version: string): string {
  return version.replace(/^v(?=\d)/, '');
}
