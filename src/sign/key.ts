import { createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';
import { bundleToJSON, isBundleWithDsseEnvelope, type Bundle } from '@sigstore/bundle';
import { DSSEBundleBuilder, type Signature } from '@sigstore/sign';
import { statementPayloadType } from '../attest/statement.ts';
import { McpcatError, messageOf } from '../lib/errors.ts';
import { keyDigest } from '../attest/signer-name.ts';
import type { StatementSigner } from './statement-signer.ts';

/**
 * Signs with a P-256 key in PEM (PKCS#8 or SEC 1, not encrypted). No log sees it: whoever verifies must have the public
 * key. `where` is what it was read from, for errors; nothing of the key itself is ever part of one.
 */
export function keySigner(pem: string, where: string): StatementSigner {
  const key = privateKey(pem, where);
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString();
  // The form in which cosign names a key.
  const hint = keyDigest(publicKey).toString('base64');
  const signer = {
    sign: async (data: Buffer): Promise<Signature> =>
      Promise.resolve({
        signature: sign('sha256', data, key),
        key: { $case: 'publicKey', publicKey, hint },
      }),
  };
  const builder = new DSSEBundleBuilder({ signer, witnesses: [] });
  return {
    who: async () => Promise.resolve({ publicKey }),
    sign: async (data) => {
      const bundle = await builder.create({ data, type: statementPayloadType });
      return JSON.stringify(bundleToJSON(withoutKeyId(bundle)));
    },
  };
}

/**
 * The library names the key in the envelope as well as in the bundle. cosign calls a key otherwise there, and takes it for
 * another; nothing of it is signed.
 */
function withoutKeyId(bundle: Bundle): Bundle {
  if (!isBundleWithDsseEnvelope(bundle)) return bundle;
  const { dsseEnvelope } = bundle.content;
  const signatures = dsseEnvelope.signatures.map(({ sig }) => ({ sig, keyid: '' }));
  return { ...bundle, content: { $case: 'dsseEnvelope', dsseEnvelope: { ...dsseEnvelope, signatures } } };
}

function privateKey(pem: string, where: string): KeyObject {
  const expected = `${where}: expected a P-256 private key in PEM, without a passphrase`;
  const hint = 'openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out signing.pem';
  if (/-----BEGIN ENCRYPTED/.test(pem))
    throw new McpcatError('usage', `${expected}, found an encrypted one`, { hint });
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (error) {
    throw new McpcatError('usage', `${expected} (${messageOf(error)})`, { hint });
  }
  const { asymmetricKeyType: type = 'unknown', asymmetricKeyDetails } = key;
  const curve = asymmetricKeyDetails?.namedCurve;
  if (type === 'ec' && curve === 'prime256v1') return key;
  throw new McpcatError('usage', `${expected}, found ${[type, curve].filter(Boolean).join(' ')}`, { hint });
}
