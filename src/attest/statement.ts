import { z } from 'zod';

/** The payload type of a signed in-toto statement (github.com/in-toto/attestation, envelope). */
export const statementPayloadType = 'application/vnd.in-toto+json';

const Subject = z.object({
  name: z.string().optional(),
  digest: z.record(z.string(), z.string()),
});

/** An in-toto statement, version 1: somebody's word about artifacts, by their digest. The predicate is read by its type. */
export const Statement = z.object({
  _type: z.literal('https://in-toto.io/Statement/v1'),
  subject: z.array(Subject).min(1).max(1000),
  predicateType: z.string().min(1),
  predicate: z.unknown(),
});
export type Statement = z.infer<typeof Statement>;

/** Whether one of the subjects is this digest, `sha256:…`. */
export function isAbout({ subject }: Statement, digest: string): boolean {
  const hex = /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1];
  return hex !== undefined && subject.some(({ digest: digests }) => digests['sha256'] === hex);
}
