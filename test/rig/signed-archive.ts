import { createHash } from 'node:crypto';
import { createCleartextMessage, generateKey, sign, type PrivateKey } from 'openpgp';

/** A key of ours, which stands in for one of Debian's. */
export async function signingKey(): Promise<PrivateKey> {
  const { privateKey } = await generateKey({ userIDs: [{ name: 'test archive' }], format: 'object' });
  return privateKey;
}

export interface ReleaseText {
  readonly codename: string;
  readonly date: Date;
  readonly validUntil?: Date;
  /** By path below `dists/<suite>/`. */
  readonly files: Readonly<Record<string, Buffer>>;
}

/** An `InRelease` as Debian's archive software writes it, signed with `key`. */
export async function inRelease(
  { codename, date, validUntil, files }: ReleaseText,
  key: PrivateKey,
): Promise<string> {
  const hashes = Object.entries(files).map(([name, content]) => {
    const sha256 = createHash('sha256').update(content).digest('hex');
    return ` ${sha256} ${String(content.length).padStart(8)} ${name}`;
  });
  const text = [
    'Origin: Debian',
    'Suite: stable',
    `Codename: ${codename}`,
    `Date: ${date.toUTCString().replace('GMT', 'UTC')}`,
    ...(validUntil === undefined ? [] : [`Valid-Until: ${validUntil.toUTCString().replace('GMT', 'UTC')}`]),
    'MD5Sum:',
    ' d41d8cd98f00b204e9800998ecf8427e        0 main/binary-amd64/Packages',
    'SHA256:',
    ...hashes,
    '',
  ].join('\n');
  return sign({ message: await createCleartextMessage({ text }), signingKeys: key });
}
