import type { Package } from '../../src/package/package.ts';

/** A package of the tests. */
export function own(more: Partial<Package>): Package {
  return {
    kind: 'npm',
    name: 'thing',
    version: '1.0.0',
    description: 'A thing',
    license: 'MIT',
    repository: 'https://github.com/someone/thing',
    keywords: [],
    bins: ['thing'],
    deprecated: undefined,
    readme: '',
    files: [],
    ...more,
  };
}
