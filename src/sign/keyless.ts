import { bundleToJSON } from '@sigstore/bundle';
import { SigningConfig } from '@sigstore/protobuf-specs';
import {
  bundleBuilderFromSigningConfig,
  DSSEBundleBuilder,
  FulcioSigner,
  InternalError,
  RekorWitness,
  type BundleBuilder,
  type IdentityProvider,
} from '@sigstore/sign';
import { statementPayloadType } from '../attest/statement.ts';
import { McpcatError, messageOf } from '../lib/errors.ts';
import type { StatementSigner } from './statement-signer.ts';
import { nameIn } from './token.ts';

const fetchOptions = { timeout: 20_000, retry: { retries: 2 } };

/**
 * Signs in the name of whoever a token is of: a key that lives for one statement, a certificate of it that is valid for
 * minutes, and the word of a public log that it was used in them. `services` is a `signing_config.json` of sigstore
 * (v0.2); without one the public services are used.
 */
export function keylessSigner(token: () => Promise<string>, services?: string): StatementSigner {
  const checked = async (): Promise<string> => {
    const found = await token();
    nameIn(found); // what is no token would be part of the library's error
    return found;
  };
  const builder = builderFor({ getToken: checked }, services);
  return {
    who: async () => nameIn(await token()),
    sign: async (data) => {
      try {
        return JSON.stringify(bundleToJSON(await builder.create({ data, type: statementPayloadType })));
      } catch (error) {
        throw signingError(error);
      }
    },
  };
}

function builderFor(identityProvider: IdentityProvider, services: string | undefined): BundleBuilder {
  if (services === undefined)
    return new DSSEBundleBuilder({
      signer: new FulcioSigner({ identityProvider, ...fetchOptions }),
      witnesses: [new RekorWitness(fetchOptions)],
    });
  try {
    const signingConfig = SigningConfig.fromJSON(JSON.parse(services));
    return bundleBuilderFromSigningConfig({
      signingConfig,
      identityProvider,
      bundleType: 'dsseEnvelope',
      fetchOptions,
    });
  } catch (error) {
    throw new McpcatError('usage', `expected a signing_config.json of sigstore (${messageOf(error)})`);
  }
}

/** The library wraps what happened in what it was doing; both are worth reading. */
function signingError(error: unknown): McpcatError {
  const inner: unknown = error instanceof InternalError ? error.cause : undefined;
  const cause: unknown = inner instanceof Error && inner.cause !== undefined ? inner.cause : inner;
  for (const found of [cause, inner, error]) if (found instanceof McpcatError) return found;
  const reasons = [error, ...(inner === undefined ? [] : [inner])].map(messageOf);
  return new McpcatError('signing-failed', `a statement could not be signed: ${reasons.join(': ')}`, {
    cause: error,
    hint: 'nothing of it was published; try again later',
  });
}
