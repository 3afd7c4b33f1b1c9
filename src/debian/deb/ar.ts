import { McpcatError } from '../../lib/errors.ts';

const magic = '!<arch>\n';
const headerBytes = 60;

/**
 * The members of an ar archive by name, in its order; each is a view of `bytes`. Rejects what deb(5) does not allow:
 * names longer than a header holds, two members of one name, a member that is cut off. Throws `package-refused`.
 */
export function arMembers(bytes: Buffer, subject: string): ReadonlyMap<string, Buffer> {
  if (bytes.toString('latin1', 0, magic.length) !== magic)
    throw refused(subject, `expected an ar archive, found ${foundIn(bytes)}`);
  const members = new Map<string, Buffer>();
  for (let at = magic.length; at < bytes.length;) {
    const { name, size } = headerAt(bytes, at, subject);
    const start = at + headerBytes;
    if (start + size > bytes.length) throw refused(subject, `member "${name}" is cut off`);
    if (members.has(name)) throw refused(subject, `two members named "${name}"`);
    members.set(name, bytes.subarray(start, start + size));
    // Members begin at even offsets.
    at = start + size + (size % 2);
  }
  return members;
}

function headerAt(bytes: Buffer, at: number, subject: string): { name: string; size: number } {
  const header = bytes.toString('latin1', at, at + headerBytes);
  const size = header.slice(48, 58).trim();
  if (header.length < headerBytes || !header.endsWith('`\n') || !/^\d+$/.test(size))
    throw refused(subject, `a damaged member header at byte ${String(at)}`);
  return { name: header.slice(0, 16).trim().replace(/\/$/, ''), size: Number(size) };
}

function foundIn(bytes: Buffer): string {
  return bytes.length === 0 ? 'an empty file' : `bytes ${bytes.toString('hex', 0, 8)}`;
}

function refused(subject: string, what: string): McpcatError {
  return new McpcatError('package-refused', `${subject}: ${what}`);
}
