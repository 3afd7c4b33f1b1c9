import { z } from 'zod';
import { Proof } from '../catalog/proof.ts';

/**
 * The predicate `https://in-toto.io/attestation/test-result/v0.1` with a proof in it: what `mcpcat test` has seen of an
 * image. The proof is there twice, by its digest for whoever has the file and as data for whoever has not.
 */
export const TestResult = z.object({
  result: z.literal('PASSED'),
  configuration: z
    .array(
      z.object({
        name: z.literal('proof.json'),
        digest: z.object({ sha256: z.string() }),
        annotations: Proof,
      }),
    )
    .length(1),
  passedTests: z.array(z.string()),
});
export type TestResult = z.infer<typeof TestResult>;

/** `sha256` is that of the proof.json, in hex. */
export function testResultOf(proof: Proof, sha256: string): TestResult {
  return {
    result: 'PASSED',
    configuration: [{ name: 'proof.json', digest: { sha256 }, annotations: proof }],
    passedTests: proof.checks,
  };
}
