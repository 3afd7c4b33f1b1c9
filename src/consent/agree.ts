import { McpcatError } from '../lib/errors.ts';
import { grantOf, type Asked, type Grant } from './grant.ts';
import { readConsent, recordFirst, type Places, type Subject } from './store.ts';
import { widening } from './widening.ts';

/** A server that is about to start. */
export interface Start extends Asked {
  /** See `catalogId`. */
  readonly catalog: string;
}

/** What the user has agreed to. `first`: nothing is recorded yet. */
export type Agreed =
  { readonly kind: 'known'; readonly grant: Grant } | { readonly kind: 'first'; readonly grant: Grant };

/**
 * Compares a server with what its user has agreed to. The same or less passes; more throws `consent-needed` with each
 * difference. Throws `consent-unreadable` where it can't be told.
 */
export function agreedTo(start: Start, places: Places): Agreed {
  const now = grantOf(start);
  const consent = readConsent(subjectOf(start), places);
  if (consent === undefined) return { kind: 'first', grant: now };
  // Nearly every start: nothing has changed but perhaps the image, and no rule has to be understood for that.
  if (permissionText(consent.grant) === permissionText(now)) return { kind: 'known', grant: consent.grant };
  const wider = widening(consent.grant, now, namesIn(places));
  if (wider.length === 0) return { kind: 'known', grant: consent.grant };
  const { name } = start.entry;
  throw new McpcatError(
    'consent-needed',
    `${name} may now do more than you agreed to on ${consent.since.slice(0, 10)}:`,
    {
      detail: wider,
      hint: `look at it (mcpcat info ${name}); if that is right: mcpcat accept ${name}`,
    },
  );
}

/** All but the digest, which every update changes and nobody compares. */
function permissionText(grant: Grant): string {
  return JSON.stringify({ ...grant, digest: null });
}

/**
 * Records a first start; what another launch has recorded meanwhile holds, and is compared like any other. Throws what
 * `agreedTo` throws.
 */
export function recordStart(start: Start, places: Places): void {
  const since = new Date().toISOString();
  if (!recordFirst({ ...subjectOf(start), since, grant: grantOf(start) }, places)) agreedTo(start, places);
}

export function subjectOf({ catalog, entry }: Pick<Start, 'catalog' | 'entry'>): Subject {
  return { catalog, server: entry.name };
}

/** Settings that the environment would give. */
function namesIn({ env }: Places): ReadonlySet<string> {
  return new Set(Object.keys(env).filter((name) => env[name] !== undefined && env[name] !== ''));
}
