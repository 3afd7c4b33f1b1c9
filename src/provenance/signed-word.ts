import { bundleFromJSON, isBundleWithDsseEnvelope, type Bundle } from '@sigstore/bundle';
import { toSignedEntity } from '@sigstore/verify';
import { z } from 'zod';
import { loggedSigner } from '../attest/logged-signer.ts';
import { statementPayloadType } from '../attest/statement.ts';
import { McpcatError, messageOf } from '../lib/errors.ts';
import type { Origin, Tried } from './record.ts';

/** npm's statements are of version 0.1, PyPI's of version 1; what is read of them is the same in both. */
const Statement = z.object({
  _type: z.enum(['https://in-toto.io/Statement/v0.1', 'https://in-toto.io/Statement/v1']),
  subject: z
    .array(z.object({ name: z.string(), digest: z.record(z.string(), z.string()) }))
    .min(1)
    .max(1000),
  predicateType: z.string(),
});

export interface SignedWord {
  readonly statement: z.infer<typeof Statement>;
  readonly origin: Origin;
  /** Of the certificate: the workflow's address with its ref. */
  readonly identity: string;
  readonly tried: readonly Tried[];
}

/**
 * What a Sigstore bundle says that a workflow has signed, whoever it is. With a trusted root its certificate, signature
 * and log entry have to hold; without one it is read only, and `tried` is empty. Throws `signature-refused`.
 */
export function signedWord(bundleJson: unknown, trustedRoot: string | undefined): SignedWord {
  const bundle = parsed(bundleJson);
  if (trustedRoot !== undefined) checkBundle(bundle, trustedRoot);
  const { key } = toSignedEntity(bundle);
  if (key.$case !== 'certificate') throw signatureRefused('expected a certificate, found a key');
  const { certificate } = key;
  const identity = certificate.subjectAltName;
  if (identity === undefined) throw signatureRefused('its certificate names nobody');
  const text = (oid: string): string | undefined => {
    const value = certificate.extension(`1.3.6.1.4.1.57264.1.${oid}`)?.valueObj.subs[0]?.value;
    return value?.toString('utf8');
  };
  return {
    statement: statementOf(bundle),
    origin: originOf({ identity, repository: text('12'), workflow: text('18') }),
    identity,
    tried: trustedRoot === undefined ? [] : ['signature', 'log'],
  };
}

/** A workflow that is shared by many repositories signs as itself; the source's own address is an extension. */
function originOf({
  identity,
  repository,
  workflow,
}: {
  readonly identity: string;
  readonly repository: string | undefined;
  readonly workflow: string | undefined;
}): Origin {
  const signer = /^(https:\/\/[^/]+(?:\/[^/@]+){2,}?)\/{1,2}(\.[^@]+)@/.exec(workflow ?? identity);
  return {
    repository: repository ?? signer?.[1] ?? identity,
    workflow: signer?.[2] ?? null,
  };
}

function parsed(value: unknown): Bundle {
  try {
    return bundleFromJSON(value);
  } catch (error) {
    throw signatureRefused(`it is no Sigstore bundle (${messageOf(error)})`, error);
  }
}

function checkBundle(bundle: Bundle, trustedRoot: string): void {
  try {
    loggedSigner(bundle, trustedRoot);
  } catch (error) {
    throw signatureRefused(messageOf(error), error);
  }
}

function statementOf(bundle: Bundle): z.infer<typeof Statement> {
  if (!isBundleWithDsseEnvelope(bundle) || bundle.content.dsseEnvelope.payloadType !== statementPayloadType)
    throw signatureRefused('expected a signed in-toto statement');
  try {
    return Statement.parse(JSON.parse(bundle.content.dsseEnvelope.payload.toString('utf8')));
  } catch (error) {
    throw signatureRefused('what is signed is no in-toto statement', error);
  }
}

function signatureRefused(reason: string, cause?: unknown): McpcatError {
  return new McpcatError('signature-refused', reason, { cause });
}
