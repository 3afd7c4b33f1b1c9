import { isDigest, hexOf } from '../registry/digest.ts';
import { canonicalJson } from '../registry/content/manifest.ts';

/** What a statement is about. */
export interface Subject {
  /** For people: `time`, `catalog.json`. */
  readonly name: string;
  /** `sha256:…` */
  readonly digest: string;
}

/** An in-toto statement, version 1, as the bytes that are signed: the same words give the same bytes. */
export function statementBytes(statement: {
  readonly subjects: readonly Subject[];
  readonly predicateType: string;
  readonly predicate: unknown;
}): Buffer<ArrayBuffer> {
  const { subjects, predicateType, predicate } = statement;
  return canonicalJson({
    _type: 'https://in-toto.io/Statement/v1',
    subject: subjects.map(({ name, digest }) => ({ name, digest: { sha256: hexIn(digest) } })),
    predicateType,
    predicate,
  });
}

function hexIn(digest: string): string {
  if (isDigest(digest)) return hexOf(digest);
  throw new Error(`Internal error: expected a digest sha256:…, found ${digest}`);
}
