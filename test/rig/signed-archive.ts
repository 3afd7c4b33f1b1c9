import { createHash } from 'node:crypto';
import { createCleartextMessage, generateKey, sign, type PrivateKey } from 'openpgp';
import { suites } from '../../src/debian/archive/suites.ts';

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

/** Where each suite has the packages of the one architecture. */
export const indexName = 'main/binary-amd64/Packages.xz';

/** The files of a mirror of all suites (debian-archive.ts), signed with `key`. */
export async function mirrorFiles(
  key: PrivateKey,
  indexOf: (suite: string) => Pick<ReleaseText, 'date'> & { readonly index: Buffer },
): Promise<Record<string, Buffer>> {
  const files: Record<string, Buffer> = {};
  for (const { archive, name } of suites) {
    const { date, index } = indexOf(name);
    const text = await inRelease({ codename: name, date, files: { [indexName]: index } }, key);
    files[`/${archive}/dists/${name}/InRelease`] = Buffer.from(text);
    files[`/${archive}/dists/${name}/${indexName}`] = index;
  }
  return files;
}

/** What is in templates that trust this key alone. */
export function trusting(key: PrivateKey): Readonly<Record<string, string>> {
  return { 'debian-keys/ours.asc': key.toPublic().armor() };
}
