import { createHash } from 'node:crypto';

/** Of the log's tiles: each has up to 256 hashes (golang.org/design/25530-sumdb, "Checksum database"). */
const height = 8;
const width = 1 << height;
const hashBytes = 32;

/** A tile's bytes by its path below the database, `tile/8/0/x001/234`. */
export type ReadTile = (path: string) => Promise<Buffer>;

/** RFC 6962, section 2.1. */
export function leafHash(record: string | Uint8Array): Buffer {
  return createHash('sha256').update(Buffer.of(0)).update(record).digest();
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return createHash('sha256').update(Buffer.of(1)).update(left).update(right).digest();
}

interface Leaf {
  readonly index: number;
  readonly hash: Buffer;
}

/**
 * The root of the tree of `size` leaves that has `leaf` in its place, everything else as the tiles say. It is the root
 * that the log has signed only if the leaf is in that log. Throws for a tile that is too short, as `readTile` does.
 */
export async function rootWith(leaf: Leaf, size: number, readTile: ReadTile): Promise<Buffer> {
  const tiles = new Map<string, Promise<Buffer>>();
  const hashAt = async (level: number, index: number): Promise<Buffer> => {
    const { path, first, count } = tileOf({ level, index, size });
    const tile = await (tiles.get(path) ?? remembered(tiles, path, readTile));
    return rootOfRow(rowOf(tile, { path, first, count }));
  };
  const build = async (start: number, end: number): Promise<Buffer> => {
    const isLeaf = end - start === 1;
    if (isLeaf && start === leaf.index) return leaf.hash;
    const holdsLeaf = start <= leaf.index && leaf.index < end;
    const level = Math.log2(end - start);
    // A whole subtree without the leaf has one hash of its own.
    if (!holdsLeaf && Number.isInteger(level)) return hashAt(level, start / (end - start));
    const middle = start + largestPowerBelow(end - start);
    return nodeHash(await build(start, middle), await build(middle, end));
  };
  return build(0, size);
}

function remembered(tiles: Map<string, Promise<Buffer>>, path: string, readTile: ReadTile): Promise<Buffer> {
  const tile = readTile(path);
  tiles.set(path, tile);
  return tile;
}

/** Powers of two up to 2^52: shifts have 32 bits only. */
function largestPowerBelow(count: number): number {
  return 2 ** (Math.ceil(Math.log2(count)) - 1);
}

interface TilePart {
  readonly path: string;
  /** Which of its hashes the node is made of. */
  readonly first: number;
  readonly count: number;
}

/** Tiles hold the rows 0, 8, 16 … of the tree; what lies between is made from the row below. */
function tileOf({ level, index, size }: { level: number; index: number; size: number }): TilePart {
  const row = Math.floor(level / height);
  const count = 2 ** (level - row * height);
  const start = index * count;
  const tile = Math.floor(start / width);
  const inRow = Math.floor(size / 2 ** (row * height));
  const has = Math.min(width, inRow - tile * width);
  const partial = has === width ? '' : `.p/${String(has)}`;
  return {
    path: `tile/${String(height)}/${String(row)}/${numberPath(tile)}${partial}`,
    first: start - tile * width,
    count,
  };
}

/** 1234067 → `x001/x234/067`. */
function numberPath(tile: number): string {
  const digits = String(tile).padStart(Math.ceil(String(tile).length / 3) * 3, '0');
  const parts = digits.match(/.{3}/g) ?? [];
  return parts.map((part, at) => (at === parts.length - 1 ? part : `x${part}`)).join('/');
}

function rowOf(tile: Buffer, { path, first, count }: TilePart): Buffer[] {
  if (tile.length < (first + count) * hashBytes) throw new Error(`${path} is too short`);
  return Array.from({ length: count }, (_, at) =>
    tile.subarray((first + at) * hashBytes, (first + at + 1) * hashBytes),
  );
}

function rootOfRow(row: readonly Buffer[]): Buffer {
  const [only] = row;
  if (only === undefined) throw new Error('Internal error: a row without a hash');
  if (row.length === 1) return only;
  const middle = row.length / 2;
  return nodeHash(rootOfRow(row.slice(0, middle)), rootOfRow(row.slice(middle)));
}
