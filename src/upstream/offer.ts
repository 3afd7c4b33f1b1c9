import type { Source } from '../catalog/source.ts';
import type { Offer } from '../versioning/choose-release.ts';
import type { Asker } from './asker.ts';
import { goOffer } from './go-offer.ts';
import { npmOffer } from './npm.ts';
import { pypiOffer } from './pypi.ts';

interface Query {
  readonly asker: Asker;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Go: the module that held the package last time, to ask for first. */
  readonly module?: string | undefined;
  readonly range?: string | undefined;
}

const offers: Readonly<Record<Source['kind'], (name: string, query: Query) => Promise<Offer>>> = {
  npm: npmOffer,
  pypi: pypiOffer,
  go: goOffer,
};

/** What the registry of a source offers; rejects with `package-unknown` or `upstream-unavailable`. */
export async function offerOf({ kind, name, range }: Source, query: Omit<Query, 'range'>): Promise<Offer> {
  return offers[kind](name, { ...query, range });
}
