import { signerName } from '../attest/signer-name.ts';
import { Signing } from '../attest/signer-policy.ts';
import { described, type Json } from './json.ts';
import { membersOf, refuse, type Problem } from './problems.ts';
import { readSettings, type Places, type Settings } from './read.ts';

/** What the user's settings file says of a catalog from elsewhere before anybody has looked at it. */
export interface CatalogPin {
  /** One of them must have signed it. */
  readonly signers: readonly Signing[];
  /** The least number that it may have; 0 for any. */
  readonly minNumber: number;
  /** Where that is said, for people: `FILE:LINE:COLUMN`. */
  readonly place: string;
}

/**
 * What `catalogs` says of an address, one for each settings file that says something: all of them hold. Throws `usage`
 * with line and column, for any of its addresses.
 */
export function catalogPins(places: Places, url: string): readonly CatalogPin[] {
  return readSettings(places).flatMap((settings) => {
    const value = settings.catalogs;
    if (value === undefined) return [];
    const { members, problems } = membersOf(value, { what: 'catalogs' });
    const read = [...members].map(([address, member]) => ({
      address,
      ...pinIn(member.value, settings, `catalogs.${JSON.stringify(address)}`),
    }));
    refuse(settings.place, [...problems, ...read.flatMap((one) => one.problems)]);
    return read.flatMap(({ address, pin }) => (isSame(address, url) ? [pin] : []));
  });
}

/** The same for bundles, which have no address: what `bundleSigners` says. */
export function bundlePins(places: Places): readonly CatalogPin[] {
  return readSettings(places).flatMap(({ bundleSigners, place }) => {
    if (bundleSigners === undefined) return [];
    const { signers, problems } = signersIn(bundleSigners, 'bundleSigners');
    refuse(place, problems);
    return [{ signers, minNumber: 0, place: place(bundleSigners.at) }];
  });
}

/** As addresses are compared: `https://EXAMPLE.com:443/x` is `https://example.com/x`. */
function isSame(address: string, url: string): boolean {
  return URL.canParse(address) && new URL(address).href === new URL(url).href;
}

interface Read {
  readonly pin: CatalogPin;
  readonly problems: readonly Problem[];
}

function pinIn(value: Json, { place }: Settings, what: string): Read {
  const { members, problems } = membersOf(value, { what, keys: ['signers', 'minNumber'] });
  const listed = members.get('signers')?.value;
  // A key that is misspelt is said once.
  const isMisspelt = listed === undefined && problems.length > 0;
  const signers = isMisspelt ? { signers: [], problems: [] } : signersIn(listed ?? value, `${what}.signers`);
  const number = numberIn(members.get('minNumber')?.value, `${what}.minNumber`);
  const pin = { signers: signers.signers, minNumber: number.value, place: place(value.at) };
  return { pin, problems: [...problems, ...signers.problems, ...number.problems] };
}

function numberIn(
  json: Json | undefined,
  what: string,
): { readonly value: number; readonly problems: readonly Problem[] } {
  if (json === undefined) return { value: 0, problems: [] };
  if (json.kind === 'number' && Number.isSafeInteger(json.value) && json.value > 0)
    return { value: json.value, problems: [] };
  return {
    value: 0,
    problems: [
      { at: json.at, message: `${what}: expected a whole number above 0, found ${described(json)}` },
    ],
  };
}

/** At least one: an empty list would be nobody, and is more likely a mistake. */
function signersIn(
  value: Json,
  what: string,
): { readonly signers: readonly Signing[]; readonly problems: readonly Problem[] } {
  if (value.kind !== 'array' || value.items.length === 0) {
    const message = `${what}: expected a list of signers, found ${described(value)}`;
    return { signers: [], problems: [{ at: value.at, message }] };
  }
  const read = value.items.map((item) => ({
    item,
    parsed: Signing.refine(isReadable).safeParse(textsOf(item)),
  }));
  return {
    signers: read.flatMap(({ parsed }) => parsed.data ?? []),
    problems: read.flatMap(({ item, parsed }) =>
      parsed.success
        ? []
        : [
            {
              at: item.at,
              message: `${what}: expected { "identity", "issuer" } or { "publicKey" } (PEM), found something else`,
            },
          ],
    ),
  };
}

/** Throws for what only looks like a key. */
function isReadable(signing: Signing): boolean {
  try {
    return signerName(signing) !== '';
  } catch {
    return false;
  }
}

function textsOf(json: Json): unknown {
  if (json.kind !== 'object') return undefined;
  return Object.fromEntries(
    [...json.members].map(([key, { value }]) => [key, value.kind === 'text' ? value.value : undefined]),
  );
}
