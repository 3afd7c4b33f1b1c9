import { McpcatError } from '../../lib/errors.ts';
import type { FileWindow } from './file-window.ts';
import { decodeHeader, type RawHeader } from './tar-decode.ts';
import { blockBytes, paddingOf, typeFlags, type TarEntry, type TarType } from './tar-entry.ts';

/** An entry, and where its content begins in the file. */
export interface IndexedEntry extends TarEntry {
  readonly offset: number;
}

const types = new Map<string, TarType>(
  Object.entries(typeFlags).map(([type, flag]) => [flag, type as TarType]),
);
/** A pax header or a long name is a few kilobytes at most. */
const longestExtension = 1 << 20;
/** What of the host may be in a layer and must stay: what programs may do, and what the builder set on purpose. */
const keptXattr = /^(?:security\.capability$|user\.)/;

/** All entries of a tar file; the contents stay where they are. Rejects with `io-failed` if it is damaged, or has more. */
export async function indexTar(window: FileWindow, max = Infinity): Promise<IndexedEntry[]> {
  const entries: IndexedEntry[] = [];
  let extra = new Map<string, string>();
  for (let offset = 0; ;) {
    const block = await window.read(offset, blockBytes);
    if (block.length === 0 || isZero(block)) return entries;
    if (block.length < blockBytes) throw damaged('it ends in the middle of a header');
    const header = decodeHeader(block);
    if (!isLength(header.size)) throw damaged(`a size of ${String(header.size)}`);
    const content = offset + blockBytes;
    if (isExtension(header.flag)) {
      const text = await extensionText(window, content, header.size);
      extra = extended(extra, header.flag, text);
      offset = content + header.size + paddingOf(header.size);
      continue;
    }
    const entry = entryOf(header, extra, content);
    if (!isLength(entry.size)) throw damaged(`a size of ${String(entry.size)}`);
    await checkWhole(window, entry);
    if (entries.length >= max) throw damaged(`more than ${String(max)} entries`);
    entries.push(entry);
    extra = new Map();
    offset = content + entry.size + paddingOf(entry.size);
  }
}

/** Sizes lead on to the next header: one below nothing would lead back. */
function isLength(size: number): boolean {
  return Number.isSafeInteger(size) && size >= 0;
}

function isZero(block: Buffer): boolean {
  return block.every((byte) => byte === 0);
}

function isExtension(flag: string): boolean {
  return flag === 'x' || flag === 'g' || flag === 'L' || flag === 'K';
}

async function extensionText(window: FileWindow, offset: number, size: number): Promise<string> {
  if (size > longestExtension) throw damaged(`a header of ${String(size)} bytes`);
  const text = (await window.read(offset, size)).toString('latin1');
  if (text.length < size) throw damaged('it ends in the middle of a header');
  return text;
}

/** pax records win over GNU long names; global ones ("g", written by git) say nothing about a file. */
function extended(known: ReadonlyMap<string, string>, flag: string, text: string): Map<string, string> {
  const extra = new Map(known);
  if (flag === 'x') for (const [key, value] of paxRecords(text)) extra.set(key, value);
  if (flag === 'L' && !extra.has('path')) extra.set('path', text.replace(/\0.*$/s, ''));
  if (flag === 'K' && !extra.has('linkpath')) extra.set('linkpath', text.replace(/\0.*$/s, ''));
  return extra;
}

function* paxRecords(text: string): Generator<[string, string]> {
  for (let at = 0; at < text.length;) {
    const length = Number(/^(\d+) /.exec(text.slice(at, at + 12))?.[1] ?? 0);
    const record = text.slice(at, at + length);
    const equals = record.indexOf('=');
    if (length === 0 || !record.endsWith('\n') || equals < 0) throw damaged('an unreadable pax header');
    yield [record.slice(record.indexOf(' ') + 1, equals), record.slice(equals + 1, -1)];
    at += length;
  }
}

function entryOf(header: RawHeader, extra: ReadonlyMap<string, string>, offset: number): IndexedEntry {
  const rawName = extra.get('path') ?? header.name;
  const flag = header.flag === '\0' || header.flag === '7' ? '0' : header.flag;
  const type = flag === '0' && rawName.endsWith('/') ? 'folder' : types.get(flag);
  if (type === undefined || [...extra.keys()].some((key) => key.startsWith('GNU.sparse.'))) {
    throw damaged(`"${rawName}" is of a kind that layers do not have ("${flag}")`);
  }
  const link = type === 'hardlink' || type === 'symlink' ? (extra.get('linkpath') ?? header.linkName) : '';
  return {
    name: cleanName(rawName),
    type,
    mode: header.mode,
    uid: numberIn(extra, 'uid') ?? header.uid,
    gid: numberIn(extra, 'gid') ?? header.gid,
    size: type === 'file' ? (numberIn(extra, 'size') ?? header.size) : 0,
    mtime: Math.floor(numberIn(extra, 'mtime') ?? header.mtime),
    linkName: type === 'hardlink' ? cleanName(link) : link,
    device: header.device,
    xattrs: xattrsIn(extra),
    offset,
  };
}

function numberIn(extra: ReadonlyMap<string, string>, key: string): number | undefined {
  const text = extra.get(key);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw damaged(`an unreadable ${key}`);
  return value;
}

function xattrsIn(extra: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const prefix = 'SCHILY.xattr.';
  const found = [...extra]
    .filter(([key]) => key.startsWith(prefix) && keptXattr.test(key.slice(prefix.length)))
    .map(([key, value]) => [key.slice(prefix.length), value] as const);
  return new Map(found);
}

/** `./usr/bin/` → `usr/bin`. A name that leaves the root is refused. */
function cleanName(name: string): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw damaged(`"${name}" leaves the image`);
  return parts.join('/');
}

async function checkWhole(window: FileWindow, entry: IndexedEntry): Promise<void> {
  if (entry.size === 0) return;
  const last = await window.read(entry.offset + entry.size - 1, 1);
  if (last.length === 0) throw damaged(`it ends in the middle of "${entry.name}"`);
}

function damaged(found: string): McpcatError {
  return new McpcatError('io-failed', `layer: expected a tar archive, found ${found}`);
}
