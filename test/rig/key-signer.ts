/** Signs statements with a key of its own, as cosign does with `--key` and without a log. */
import { generateKeyPairSync, sign as signWith } from 'node:crypto';

const payloadType = 'application/vnd.in-toto+json';

export interface KeySigner {
  /** As a catalog names it. */
  readonly signing: { readonly publicKey: string };
  /** A bundle as JSON. */
  readonly sign: (payload: string | Buffer) => string;
}

export function keySigner(): KeySigner {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const sign = (payload: string | Buffer): string => {
    const text = payload.toString();
    const encoding = `DSSEv1 ${String(payloadType.length)} ${payloadType} ${String(Buffer.byteLength(text))} ${text}`;
    const signature = signWith('sha256', Buffer.from(encoding), privateKey);
    return JSON.stringify({
      mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      verificationMaterial: { publicKey: { hint: 'any' }, tlogEntries: [] },
      dsseEnvelope: {
        payload: Buffer.from(text).toString('base64'),
        payloadType,
        signatures: [{ sig: signature.toString('base64'), keyid: '' }],
      },
    });
  };
  return { signing: { publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString() }, sign };
}
