import type { Component } from '../inventory/component.ts';
import { pypiName } from '../upstream/pypi-name.ts';

/** Where OSV records look for a package (ossf.github.io/osv-schema/#defined-ecosystems), of those that our images have. */
export const ecosystems = ['npm', 'PyPI', 'Go', 'Debian:13', 'Bitnami'] as const;
export type Ecosystem = (typeof ecosystems)[number];

/** What advisories call a component. */
export interface Identity {
  readonly ecosystem: Ecosystem;
  readonly name: string;
  readonly version: string;
}

/** Undefined for what is our own: no database knows it. */
export function identityOf({ kind, name, version, source }: Component): Identity | undefined {
  switch (kind) {
    case 'npm':
      return { ecosystem: 'npm', name, version };
    case 'pypi':
      return { ecosystem: 'PyPI', name: pypiName(name), version };
    case 'go':
      return { ecosystem: 'Go', name, version };
    case 'deb':
      return { ecosystem: 'Debian:13', name: source?.name ?? name, version: source?.version ?? version };
    case 'runtime':
      // Node's own holes are no npm package's; Bitnami's records are those that name it.
      return { ecosystem: 'Bitnami', name, version };
    case 'program':
      return undefined;
  }
}

/** One spelling for each name. */
export function normalName(ecosystem: string, name: string): string {
  return ecosystem === 'PyPI' ? pypiName(name) : name;
}

export function isEcosystem(text: string): text is Ecosystem {
  return ecosystems.some((known) => known === text);
}
