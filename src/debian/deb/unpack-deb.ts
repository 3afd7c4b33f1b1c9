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
export async function unpackDeb(file: string, request: Request): Promise<UnpackedDeb> {
  const { subject } = request;
  const members = await membersOf(file, request);
  const control = await controlIn(members, request);
  const data = tarOf(members, 'data.tar', subject);
  return { control, entries: await readMembers(data, { subject, limits: limitsOf(request) }) };
}

/** Its control file alone: `Package: …` and so on. Rejects like `unpackDeb`. */
export async function readControl(file: string, request: Request): Promise<string> {
  return controlIn(await membersOf(file, request), request);
}

function limitsOf({ limits = defaultLimits }: Request): DebLimits {
  return limits;
}

async function membersOf(file: string, request: Request): Promise<ReadonlyMap<string, Buffer>> {
  const { subject } = request;
  const { size } = await stat(file);
  const limits = limitsOf(request);
  if (size > limits.packedBytes)
    throw refused(subject, `${String(size)} bytes, at most ${String(limits.packedBytes)}`);
  const members = arMembers(await readFile(file), subject);
  const format = members.get('debian-binary')?.toString('latin1').trim() ?? 'none';
  if (!/^2\.\d+$/.test(format))
    throw refused(subject, `expected format 2.x in "debian-binary", found "${format}"`);
  return members;
}

async function controlIn(members: ReadonlyMap<string, Buffer>, request: Request): Promise<string> {
  const { subject } = request;
  const read = tarOf(members, 'control.tar', subject);
  const entries = await readMembers(read, { subject, limits: limitsOf(request) });
  const control = entries.find(({ name }) => name === 'control');
  if (control === undefined) throw refused(subject, 'no control file');
  return control.content.toString('utf8');
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
