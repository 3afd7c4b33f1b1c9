import { codeOf } from './error-code.ts';

/** OpenSSL's names for "nobody whom I know has signed this" (docs.openssl.org, openssl-verification-options). */
const unknownAuthority: ReadonlySet<string> = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_UNTRUSTED',
]);

/** What a user can do about a place that can't be reached; `left` is what became of what was under way. */
export function outageHint(cause: unknown, left = 'nothing was changed'): string {
  return isUnknownAuthority(cause)
    ? `${left}; somebody on the way inspects TLS, as companies do: name their authority as "ca" in your settings file`
    : `${left}; try again later, or check the network and proxy settings`;
}

/** fetch wraps what the system said. */
function isUnknownAuthority(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++)
    if (unknownAuthority.has(codeOf(at) ?? '')) return true;
  return false;
}
