import { signerPolicy } from '../attest/signer-policy.ts';
import { Statement } from '../attest/statement.ts';
import { verifiedStatement } from '../attest/verify-statement.ts';
import type { StatementSigner } from './statement-signer.ts';

/**
 * A signer whose every bundle is verified before anybody gets it, as whoever uses the catalog will: what would be refused
 * there is not published. `trustedRoot` is a `trusted_root.json`. Throws `signature-refused`.
 */
export function checkedSigner(signer: StatementSigner, trustedRoot: string): StatementSigner {
  return {
    who: () => signer.who(),
    sign: async (data) => {
      const { subject, predicateType } = Statement.parse(JSON.parse(data.toString('utf8')));
      const bundle = await signer.sign(data);
      const digest = `sha256:${subject[0]?.digest['sha256'] ?? ''}`;
      const expected = { digest, predicateType, signer: signerPolicy(await signer.who()) };
      verifiedStatement(bundle, { expected, trustedRoot });
      return bundle;
    },
  };
}
