import { blockBytes, paddingOf, typeFlags, type TarEntry } from './tar-entry.ts';

/**
 * The header blocks of an entry, always the same for the same entry: ustar, no user or group names, and a pax header
 * only for what does not fit (long names, huge numbers, attributes). Written here and not by a library, so that an
 * update of one can never change the digests of all images.
 */
export function encodeHeader(entry: TarEntry): Buffer {
  const name = entry.type === 'folder' ? `${entry.name === '' ? '.' : entry.name}/` : entry.name;
  const split = splitName(name);
  const records = [
    ...(split === undefined ? [['path', name] as const] : []),
    ...(entry.linkName.length > 100 ? [['linkpath', entry.linkName] as const] : []),
    ...(entry.size > 0o77777777777 ? [['size', String(entry.size)] as const] : []),
    ...(entry.uid > 0o7777777 ? [['uid', String(entry.uid)] as const] : []),
    ...(entry.gid > 0o7777777 ? [['gid', String(entry.gid)] as const] : []),
    ...[...entry.xattrs].map(([key, value]) => [`SCHILY.xattr.${key}`, value] as const),
  ].sort(([a], [b]) => (a < b ? -1 : 1));
  const place = split ?? { prefix: '', name: name.slice(0, 100) };
  const block = ustarBlock({ ...entry, ...place, flag: typeFlags[entry.type] });
  return records.length === 0 ? block : Buffer.concat([paxBlocks(records), block]);
}

/** ustar keeps up to 155 bytes of leading folders apart from the last 100. */
function splitName(name: string): { prefix: string; name: string } | undefined {
  if (name.length <= 100) return { prefix: '', name };
  const slash = name.indexOf('/', name.length - 101);
  if (slash <= 0 || slash > 155 || slash === name.length - 1) return undefined;
  return { prefix: name.slice(0, slash), name: name.slice(slash + 1) };
}

type Ustar = Pick<TarEntry, 'name' | 'mode' | 'uid' | 'gid' | 'size' | 'mtime' | 'linkName' | 'device'> & {
  readonly prefix: string;
  readonly flag: string;
};

function ustarBlock(fields: Ustar): Buffer {
  const block = Buffer.alloc(blockBytes);
  const put = (text: string, at: number): void => void block.write(text, at, 'latin1');
  put(fields.name, 0);
  put(octal(fields.mode & 0o7777, 7), 100);
  put(octal(fields.uid > 0o7777777 ? 0 : fields.uid, 7), 108);
  put(octal(fields.gid > 0o7777777 ? 0 : fields.gid, 7), 116);
  put(octal(fields.size > 0o77777777777 ? 0 : fields.size, 11), 124);
  put(octal(fields.mtime, 11), 136);
  put('        ', 148);
  put(fields.flag, 156);
  put(fields.linkName.slice(0, 100), 157);
  put('ustar\u000000', 257);
  put(octal(fields.device.major, 7), 329);
  put(octal(fields.device.minor, 7), 337);
  put(fields.prefix, 345);
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(`${octal(sum, 6)}\u0000 `, 148);
  return block;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}

function paxBlocks(records: readonly (readonly [string, string])[]): Buffer {
  const content = records.map(([key, value]) => paxRecord(key, value)).join('');
  const header = ustarBlock({
    name: '././@PaxHeader',
    prefix: '',
    flag: 'x',
    mode: 0o644,
    uid: 0,
    gid: 0,
    size: content.length,
    mtime: 0,
    linkName: '',
    device: { major: 0, minor: 0 },
  });
  return Buffer.concat([header, Buffer.from(content, 'latin1'), Buffer.alloc(paddingOf(content.length))]);
}

/** `<length> <key>=<value>\n`, where the length counts its own digits. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length;
  while (length !== rest.length + String(length).length) length = rest.length + String(length).length;
  return `${String(length)}${rest}`;
}
