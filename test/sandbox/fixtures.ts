import { Entry } from '../../src/catalog/entry.ts';
import { McpcatError, type ErrorCode } from '../../src/lib/errors.ts';
import type { Overrides, PathEntry, Paths } from '../../src/sandbox/sandbox.ts';

/** An entry with the schema's defaults and what the test adds. */
export function entryOf(more: Readonly<Record<string, unknown>> = {}): Entry {
  return Entry.parse({
    name: 'notes',
    title: 'Notes',
    description: 'Keeps notes.',
    categories: ['testing'],
    repository: 'https://example.com/notes',
    license: 'MIT',
    source: 'npm:notes',
    command: ['notes'],
    ...more,
  });
}

export const noOverrides: Overrides = { env: {}, mounts: [], args: [] };

interface FakeFacts {
  readonly real?: string;
  readonly owner?: string;
  readonly mode?: number;
  readonly file?: boolean;
  /** Neither file nor folder: a socket, a device, a pipe. */
  readonly special?: boolean;
  readonly socketInside?: boolean;
  readonly identity?: string;
  /** Names in it: a folder ends with a slash, a link with an @. */
  readonly holds?: readonly string[];
}

/** A file system in which every path is a folder of 1000:1000, but for what the test says; `null` is nothing at all. */
export function fakePaths(
  known: Readonly<Record<string, FakeFacts | null>> = {},
  homes: readonly string[] = ['/home/ada'],
  more: Partial<Pick<Paths, 'labelled' | 'caseless' | 'ownFolders' | 'programFolders'>> = {},
): Paths {
  const facts = (path: string): FakeFacts | null => (path in known ? (known[path] ?? null) : {});
  return {
    homes,
    realPath: (path) => (facts(path) === null ? undefined : (facts(path)?.real ?? path)),
    isFolder: (path) => facts(path) !== null && facts(path)?.file !== true && facts(path)?.special !== true,
    isFile: (path) => facts(path)?.file === true,
    ownerOf(path) {
      const [uid, gid] = (facts(path)?.owner ?? '1000:1000').split(':').map(Number);
      return { uid: uid ?? 0, gid: gid ?? 0, mode: facts(path)?.mode ?? 0o755 };
    },
    holdsSocket: (path) => facts(path)?.socketInside === true,
    identityOf: (path) => facts(path)?.identity,
    keepsIdentity: true,
    entries: (path) => (facts(path)?.holds ?? []).map(entryNamed),
    textOf: () => undefined,
    labelled: false,
    caseless: false,
    ownFolders: [],
    programFolders: [],
    ...more,
  };
}

function entryNamed(text: string): PathEntry {
  const kind = text.endsWith('/') ? 'folder' : text.endsWith('@') ? 'link' : 'file';
  return { name: text.replace(/[/@]$/, ''), kind };
}

/** For assert.throws: our error with this code and a message that fits. */
export function refused(code: ErrorCode, message: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof McpcatError && error.code === code && message.test(error.message);
}
