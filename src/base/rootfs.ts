import { createReadStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import tar from 'tar-stream';
import { debsFolder } from './bootstrap.ts';
import type { DebianPackage } from './base-lock.ts';
import { isKept } from './contents.ts';
import type { RootfsRecipe } from './recipe.ts';

/** What was read of the packages, by name. */
interface PackageFacts {
  control: string;
  files: readonly string[];
  hash: string;
}

export interface Rootfs {
  /** The finished root file system. */
  readonly tar: Buffer;
  readonly packages: readonly DebianPackage[];
}

/**
 * Turns mmdebstrap's tar into the root file system of a build base: leaves out what the recipe drops, and notes which
 * packages are in it.
 */
export async function finishRootfs(file: string, recipe: RootfsRecipe): Promise<Rootfs> {
  const pack = tar.pack();
  const done = buffer(pack);
  const facts = new Map<string, PackageFacts>();
  const kept = new Set<string>();
  for await (const entry of createReadStream(file).pipe(tar.extract())) {
    const { header } = entry;
    const name = header.name.replace(/^\.\//, '').replace(/\/$/, '');
    const content = header.type === 'file' ? await buffer(entry) : (entry.resume(), undefined);
    if (name.startsWith(`${debsFolder}/`)) note(facts, name, content?.toString() ?? '');
    if (name === '' || !isKept(name, recipe)) continue;
    if (header.type === 'file' || header.type === 'symlink') kept.add(name);
    if (content === undefined) pack.entry({ ...normal(header), name });
    else pack.entry({ ...normal(header), name }, content);
  }
  // A package of which the recipe dropped everything is not in the base: whoever needs it must bring it.
  const packages = [...facts]
    .filter(([, { files }]) => files.some((path) => kept.has(path) && !path.startsWith('usr/share/doc/')))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  pack.finalize();
  return { tar: await done, packages: packages.map(([, fact]) => packageOf(fact)) };
}

/** Owner root, no time stamps, no set-uid or set-gid bits. */
function normal(header: tar.Header): Partial<tar.Header> {
  const { type, linkname, size } = header;
  const mode = (header.mode ?? 0o644) & 0o1777;
  return {
    ...(type == null ? {} : { type }),
    ...(linkname == null ? {} : { linkname: type === 'link' ? linkname.replace(/^\.\//, '') : linkname }),
    ...(type === 'file' && size !== undefined ? { size } : {}),
    mode,
    uid: 0,
    gid: 0,
    mtime: new Date(0),
  };
}

function note(facts: Map<string, PackageFacts>, name: string, text: string): void {
  const match = /\/([^/]+)\.(control|list|hash)$/.exec(name);
  if (!match) return;
  const fact = facts.get(match[1] ?? '') ?? { control: '', files: [], hash: '' };
  if (match[2] === 'control') fact.control = text;
  if (match[2] === 'hash') fact.hash = text.trim();
  if (match[2] === 'list') fact.files = text.split('\n').map((line) => line.replace(/^\.\//, ''));
  facts.set(match[1] ?? '', fact);
}

function packageOf(fact: PackageFacts): DebianPackage {
  const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(fact.control)?.[1] ?? '';
  const [sha256, bytes] = fact.hash.split(' ');
  return {
    name: field('Package'),
    version: field('Version'),
    architecture: field('Architecture'),
    sha256: sha256 ?? '',
    bytes: Number(bytes),
  };
}
