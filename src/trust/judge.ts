import { predicateType } from '../attest/predicates.ts';
import { RunProfile, runProfileOf } from '../attest/run-profile.ts';
import { signerPolicy, signerText, type Signing } from '../attest/signer-policy.ts';
import { isAbout } from '../attest/statement.ts';
import { signedStatement, type SignedStatement } from '../attest/verify-statement.ts';
import type { Entry } from '../catalog/entry.ts';
import { McpcatError, messageOf } from '../lib/errors.ts';
import { widerThan } from './wider-entry.ts';

/** What is known of an image before it is judged. Nothing of it is believed. */
export interface Evidence {
  /** What the catalog names, `sha256:…`. */
  readonly digest: string;
  /** What will run. */
  readonly manifest: string;
  /** Bundles, as texts. */
  readonly bundles: readonly string[];
  /** Why others could not be read, one line each. */
  readonly unread: readonly string[];
}

export interface Policy {
  readonly entry: Entry;
  readonly signing: Signing;
  /** SHA-256, in hex, of the surface that is used of it; undefined for none. */
  readonly surface: string | undefined;
  /** A `trusted_root.json`. */
  readonly trustedRoot: string;
}

/** A statement that holds. */
export interface HeldStatement extends SignedStatement {
  readonly bundle: string;
}

/**
 * Whether an image may start: its signer has signed the digest that the catalog names and the manifest that runs, what
 * it was tested with, at least the permissions that the entry has, and exactly the surface that is used of it. Pure. Throws `signature-refused` with what is
 * missing and why what is there does not hold; resolves to all that holds about either digest.
 */
export function judged(evidence: Evidence, policy: Policy): readonly HeldStatement[] {
  const { digest, manifest } = evidence;
  const { held, reasons } = sorted(evidence, policy);
  const about = (type: string, ...digests: readonly string[]): readonly HeldStatement[] =>
    held.filter(
      ({ statement }) => statement.predicateType === type && digests.some((one) => isAbout(statement, one)),
    );
  const need = (what: string, found: readonly HeldStatement[]): readonly HeldStatement[] => {
    if (found.length > 0) return found;
    throw refused(policy, `${what} is not signed by ${signerText(policy.signing)}`, reasons);
  };
  need(`the image ${digest}`, about(predicateType.signature, digest));
  need(`the manifest ${manifest} of this platform`, about(predicateType.signature, manifest));
  requirePassed(policy, need('a test of it', about(predicateType.testResult, manifest, digest)));
  requireProfile(policy, need('what it may do', about(predicateType.runProfile, manifest)));
  return held;
}

function sorted(
  { digest, manifest, bundles, unread }: Evidence,
  { signing, trustedRoot }: Policy,
): { readonly held: readonly HeldStatement[]; readonly reasons: readonly string[] } {
  const held: HeldStatement[] = [];
  const reasons = [...unread];
  const trust = { policy: signerPolicy(signing), trustedRoot };
  for (const bundle of bundles) {
    try {
      const signed = signedStatement(bundle, trust);
      const { statement } = signed;
      if (isAbout(statement, digest) || isAbout(statement, manifest)) held.push({ ...signed, bundle });
      else reasons.push(`a statement ${statement.predicateType} is about another image`);
    } catch (error) {
      reasons.push(messageOf(error));
    }
  }
  return { held, reasons: [...new Set(reasons)] };
}

function requirePassed(policy: Policy, results: readonly HeldStatement[]): void {
  const passed = results.some(
    ({ statement: { predicate } }) => Reflect.get(Object(predicate), 'result') === 'PASSED',
  );
  if (!passed) throw refused(policy, 'its test has not passed', []);
}

/** One that was signed for this very image is enough: a setting that was added later is signed anew. */
function requireProfile(policy: Policy, profiles: readonly HeldStatement[]): void {
  const entry = runProfileOf(policy.entry, policy.surface);
  const wide: string[][] = [];
  const surfaces: string[] = [];
  for (const { statement } of profiles) {
    const { data: signed } = RunProfile.safeParse(statement.predicate);
    const wider =
      signed === undefined ? ['what was signed is in a form that is not known'] : widerThan(signed, entry);
    if (signed?.surface === entry.surface && wider.length === 0) return;
    if (wider.length === 0) surfaces.push(surfaceText(signed?.surface));
    wide.push(wider);
  }
  if (surfaces.length > 0) throw otherSurface(policy, [...new Set(surfaces)], surfaceText(entry.surface));
  throw refused(policy, 'its entry permits more than was signed for this image', wide.at(-1) ?? []);
}

/** Models read what stands in it, and may see it before the server runs: nobody but the signer may write it. */
function otherSurface(policy: Policy, signed: readonly string[], found: string): McpcatError {
  return refused(policy, 'what it is said to offer (surface.json) is not what was signed for this image', [
    `expected ${signed.join(' or ')}, found ${found}`,
  ]);
}

function surfaceText(surface: string | undefined): string {
  return surface ?? 'no surface';
}

const maxReasons = 10;

function refused({ entry }: Policy, reason: string, reasons: readonly string[]): McpcatError {
  const shown = reasons.slice(0, maxReasons);
  const more = reasons.length - shown.length;
  return new McpcatError('signature-refused', `${entry.name}: nothing was started: ${reason}`, {
    detail: more > 0 ? [...shown, `and ${String(more)} more`] : shown,
    hint: 'do not go on with this image; tell the makers of the catalog',
  });
}
