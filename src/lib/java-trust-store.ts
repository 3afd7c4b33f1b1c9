import { createHash, X509Certificate } from 'node:crypto';

/** What Java's own store of authorities has for its password; no secret, and nobody has to know it to read one. */
const usualPassword = 'changeit';

/**
 * PEM certificates as a key store of Java's own format (JKS, version 2: sun.security.provider.JavaKeyStore of OpenJDK),
 * which every Java reads, whatever type it is told to expect. PKCS #12 without a password is read from 8u301 and 11.0.12
 * on only, and no Java reads PEM. The same certificates give the same bytes. What can't be parsed is left out: other
 * readers of such a file have their own ways with it, and the rest of it is as good as before.
 */
export function javaTrustStore(certificates: readonly string[]): Buffer {
  const entries = certificates.flatMap((text) => derOf(text) ?? []).map(trusted);
  const body = Buffer.concat([numbers(0xfeedfeed, 2, entries.length), ...entries]);
  const words = Buffer.concat([
    Buffer.from(usualPassword, 'utf16le').swap16(),
    Buffer.from('Mighty Aphrodite'),
  ]);
  return Buffer.concat([body, createHash('sha1').update(words).update(body).digest()]);
}

function derOf(pem: string): Buffer | undefined {
  try {
    return new X509Certificate(pem).raw;
  } catch {
    return undefined;
  }
}

/** An entry: its kind, a name, when it was made (1970: nobody looks), and the certificate. */
function trusted(der: Buffer): Buffer {
  const name = createHash('sha256').update(der).digest('hex');
  return Buffer.concat([numbers(2), word(name), Buffer.alloc(8), word('X.509'), numbers(der.length), der]);
}

function word(ascii: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(ascii.length);
  return Buffer.concat([length, Buffer.from(ascii, 'latin1')]);
}

/** Each of four bytes, the highest first. */
function numbers(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index);
  return bytes;
}
