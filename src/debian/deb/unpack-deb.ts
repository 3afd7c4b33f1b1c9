import { readFile, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { McpcatError, messageOf } from '../../lib/errors.ts';
import { arMembers } from './ar.ts';
import { defaultLimits, type DebLimits, type UnpackedDeb } from './deb-entry.ts';
import { decompressed, endings, type Ending } from './decompress.ts';
import { readMembers } from './read-members.ts';

interface Request {
  /** For messages: `libc6 2.41-12`. */
  readonly subject: string;
  readonly limits?: DebLimits;
}

/**
 * Reads a `.deb` (deb(5)) into memory; runs nothing of it. Rejects with `package-refused`, naming package and member,
 * if it is damaged, too large, has a path or link that leaves the root, a device, or one name twice.
 */
export async function unpackDeb(
  file: string,
  { subject, limits = defaultLimits }: Request,
): Promise<UnpackedDeb> {
  const { size } = await stat(file);
  if (size > limits.packedBytes)
    throw refused(subject, `${String(size)} bytes, at most ${String(limits.packedBytes)}`);
  const members = arMembers(await readFile(file), subject);
  const format = members.get('debian-binary')?.toString('latin1').trim() ?? 'none';
  if (!/^2\.\d+$/.test(format))
    throw refused(subject, `expected format 2.x in "debian-binary", found "${format}"`);
  const request = { subject, limits };
  const control = await readMembers(tarOf(members, 'control.tar', subject), request);
  const fields = control.find(({ name }) => name === 'control');
  if (fields === undefined) throw refused(subject, 'no control file');
  const entries = await readMembers(tarOf(members, 'data.tar', subject), request);
  return { control: fields.content.toString('utf8'), entries };
}

/** The one member of that name, whatever it is packed with. */
function tarOf(members: ReadonlyMap<string, Buffer>, name: string, subject: string): () => Readable {
  const found = endings.flatMap((ending): { ending: Ending; bytes: Buffer }[] => {
    const bytes = members.get(`${name}${ending}`);
    return bytes === undefined ? [] : [{ ending, bytes }];
  });
  const [only] = found;
  if (only === undefined || found.length > 1) {
    const names = [...members.keys()].join(', ');
    throw refused(subject, `expected one ${name}, packed with gzip, xz, zstd or not at all, found ${names}`);
  }
  return () => {
    try {
      return decompressed(only.bytes, only.ending, subject);
    } catch (error) {
      throw error instanceof McpcatError ? error : refused(subject, `${name}: ${messageOf(error)}`);
    }
  };
}

function refused(subject: string, what: string): McpcatError {
  return new McpcatError('package-refused', `${subject}: ${what}`);
}
