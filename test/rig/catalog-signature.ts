import { createHash } from 'node:crypto';
import { statementBytes } from '../../src/attest/make-statement.ts';
import { predicateType } from '../../src/attest/predicates.ts';
import type { KeySigner } from './key-signer.ts';

const dayMs = 24 * 3_600_000;

export interface Dates {
  readonly number?: number;
  /** Days from now. */
  readonly created?: number;
  readonly expires?: number;
}

/** What lies beside a signed catalog.json. */
export function catalogSignature(
  text: string,
  { sign }: Pick<KeySigner, 'sign'>,
  { number = 1, created = -1, expires = 30 }: Dates = {},
): string {
  const at = (days: number): string => new Date(Date.now() + days * dayMs).toISOString();
  const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
  return sign(
    statementBytes({
      subjects: [{ name: 'catalog.json', digest }],
      predicateType: predicateType.catalog,
      predicate: { number, created: at(created), expires: at(expires) },
    }),
  );
}
