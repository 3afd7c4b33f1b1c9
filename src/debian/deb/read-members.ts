import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import tar from 'tar-stream';
import { McpcatError, messageOf } from '../../lib/errors.ts';
import type { DebEntry, DebLimits } from './deb-entry.ts';
import { binary, entryName, leavesRoot } from './entry-name.ts';

interface Request {
  readonly subject: string;
  readonly limits: DebLimits;
}

/** The entries of one of the two tars of a package, each judged before its content is read. */
export async function readMembers(open: () => Readable, { subject, limits }: Request): Promise<DebEntry[]> {
  const entries = new Map<string, DebEntry>();
  const refuse = (what: string): never => {
    throw new McpcatError('package-refused', `${subject}: ${what}`);
  };
  const source = open();
  const extract = tar.extract();
  let unpackedBytes = 0;
  source.on('data', (chunk: Buffer) => {
    unpackedBytes += chunk.length;
    if (unpackedBytes > limits.totalBytes)
      source.destroy(new Error(`it unpacks to more than ${String(limits.totalBytes)} bytes`));
  });
  source.on('error', (error) => extract.destroy(error));
  source.pipe(extract);
  try {
    for await (const item of extract) {
      const { header } = item;
      const name = entryName(header.name) ?? refuse(`member "${header.name}" leaves the package`);
      const fault = faultOf(header, { name, entries, limits });
      if (fault !== undefined) refuse(`member "${name}" ${fault}`);
      if (header.type === 'directory' && entries.has(name)) item.resume();
      else entries.set(name, entryOf(header, name, await buffer(item)));
    }
    return [...entries.values()];
  } catch (error) {
    if (error instanceof McpcatError) throw error;
    throw new McpcatError('package-refused', `${subject}: damaged or too large: ${messageOf(error)}`, {
      cause: error,
    });
  } finally {
    source.destroy();
  }
}

const types = new Map<string, DebEntry['type']>([
  ['file', 'file'],
  ['symlink', 'symlink'],
  ['link', 'hardlink'],
  ['directory', 'folder'],
]);

function typeOf({ type }: tar.Header): DebEntry['type'] | undefined {
  return types.get(type ?? 'file');
}

/** Why a member is not taken, in words that follow its name. */
function faultOf(
  header: tar.Header,
  {
    name,
    entries,
    limits,
  }: {
    readonly name: string;
    readonly entries: ReadonlyMap<string, DebEntry>;
    readonly limits: DebLimits;
  },
): string | undefined {
  const type = typeOf(header);
  if (type === undefined) return `is a ${header.type ?? 'thing'}: expected a file, link or folder`;
  const size = header.size ?? 0;
  if (size > limits.memberBytes) return `has ${String(size)} bytes, at most ${String(limits.memberBytes)}`;
  if (entries.size >= limits.members) return `is one too many: at most ${String(limits.members)}`;
  if (entries.has(name) && !(type === 'folder' && entries.get(name)?.type === 'folder'))
    return 'is there twice';
  const link = header.linkname ?? '';
  if (type === 'symlink' && leavesRoot(name, link)) return `is a link that leaves the root: "${link}"`;
  if (type === 'hardlink' && entries.get(entryName(link) ?? '')?.type !== 'file')
    return `is a hard link to "${link}", which is no earlier file of the package`;
  return undefined;
}

function entryOf(header: tar.Header, name: string, content: Buffer): DebEntry {
  const type = typeOf(header) ?? 'file';
  const link = header.linkname ?? '';
  return {
    name,
    type,
    mode: (header.mode ?? 0o644) & 0o7777,
    linkName: type === 'hardlink' ? (entryName(link) ?? '') : type === 'symlink' ? binary(link) : '',
    content,
  };
}
