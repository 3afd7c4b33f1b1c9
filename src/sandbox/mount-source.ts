import { McpcatError } from '../lib/errors.ts';
import { fileRefusal, refusal } from './refusal.ts';
import type { MountRequest, Paths } from './sandbox.ts';

type Kind = 'folder' | 'file';

/** What a mount takes, and whether it is for writing. */
export interface Wanted {
  readonly kind: Kind;
  readonly writing: 'no' | 'guarded' | 'unguarded';
}

/** What is handed over, without links, once it has been judged. Throws `usage` and `entry-refused`. */
export function safeSource(
  { name, hostPath }: MountRequest,
  { kind, writing }: Wanted,
  paths: Paths,
): string {
  const source = paths.realPath(hostPath);
  const found = kindOf(source, paths);
  if (source === undefined || found !== kind) {
    const message = `mount ${name}: expected a ${kind}, found ${words[found]} at ${hostPath}`;
    throw new McpcatError('usage', message, hintFor(kind, found));
  }
  const reason =
    kind === 'file' ? fileRefusal(source, { writing: writing !== 'no', paths }) : refusal(source, paths);
  if (reason === undefined) return source;
  throw new McpcatError('entry-refused', `mount ${name}: ${source} ${reason}`, {
    hint: `hand over a ${kind} made for this server`,
  });
}

const words = {
  folder: 'a folder',
  file: 'a file',
  other: 'something else (a socket, a device or a pipe)',
  nothing: 'nothing',
} as const;

function kindOf(source: string | undefined, paths: Paths): keyof typeof words {
  if (source === undefined) return 'nothing';
  if (paths.isFolder(source)) return 'folder';
  return paths.isFile(source) ? 'file' : 'other';
}

function hintFor(wanted: Kind, found: keyof typeof words): { readonly hint?: string } {
  if (wanted === 'file' && found === 'folder')
    return { hint: 'name the file itself, not the folder that it lies in' };
  if (wanted === 'folder' && found === 'file')
    return { hint: 'hand over the folder that it lies in; all that is in there can be read then' };
  return {};
}
