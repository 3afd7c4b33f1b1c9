import { McpcatError } from '../../lib/errors.ts';

/** The fields of one header block as they are, names as binary strings. */
export interface RawHeader {
  readonly name: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
  readonly flag: string;
  readonly linkName: string;
  readonly device: { readonly major: number; readonly minor: number };
}

/** Reads ustar, GNU and old headers. Rejects with `io-failed` if the checksum is wrong. */
export function decodeHeader(block: Buffer): RawHeader {
  if (sumOf(block) !== number(block, 148, 8)) throw unreadable('a wrong checksum');
  // GNU's magic differs ("ustar  ") and puts times where POSIX has the prefix.
  const prefix = text(block, 257, 6) === 'ustar' && block[262] === 0 ? text(block, 345, 155) : '';
  const name = text(block, 0, 100);
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    mode: number(block, 100, 8) & 0o7777,
    uid: number(block, 108, 8),
    gid: number(block, 116, 8),
    size: number(block, 124, 12),
    mtime: number(block, 136, 12),
    flag: String.fromCodePoint(block[156] ?? 0),
    linkName: text(block, 157, 100),
    device: { major: number(block, 329, 8), minor: number(block, 337, 8) },
  };
}

/** The checksum counts its own field as spaces. */
function sumOf(block: Buffer): number {
  return block.reduce((sum, byte, index) => sum + (index >= 148 && index < 156 ? 32 : byte), 0);
}

function text(block: Buffer, at: number, length: number): string {
  const field = block.toString('latin1', at, at + length);
  const end = field.indexOf('\0');
  return end < 0 ? field : field.slice(0, end);
}

/** Octal, or big-endian binary if the first bit is set (GNU, for what octal can't hold). */
function number(block: Buffer, at: number, length: number): number {
  const first = block[at] ?? 0;
  if ((first & 0x80) !== 0) return binary(block.subarray(at, at + length));
  const digits = text(block, at, length).trim();
  if (digits === '') return 0;
  if (!/^[0-7]+$/.test(digits)) throw unreadable(`"${digits}" instead of a number`);
  return Number.parseInt(digits, 8);
}

function binary(field: Buffer): number {
  const negative = ((field[0] ?? 0) & 0x40) !== 0;
  const bytes = [...field].map((byte, index) => (index === 0 && !negative ? byte & 0x7f : byte));
  const value = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  return Number(negative ? BigInt.asIntN(field.length * 8, value) : value);
}

function unreadable(found: string): McpcatError {
  return new McpcatError('io-failed', `layer: expected a tar header, found ${found}`);
}
