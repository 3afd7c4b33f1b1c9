/*
 * Where git keeps what makes it run programs: not only in `.git`, but where a `.git` file, a `commondir` or a
 * configuration leads. See git's gitrepository-layout(5), gitsubmodules(7) and githooks(5).
 */
import path from 'node:path';
import type { Paths } from './sandbox.ts';

type Reader = Pick<Paths, 'textOf' | 'realPath'>;

/** In a folder of git's own: hooks and what names programs, and what leads to another such folder. */
export const gitNames: ReadonlySet<string> = new Set([
  'commondir',
  'config',
  'config.worktree',
  'gitdir',
  'hooks',
]);

/** A path as it is written, made absolute, and where it leads. */
export interface Lead {
  readonly named: string;
  /** Without links. */
  readonly real: string;
}

/** The folder that a `.git` file or a `commondir` names; undefined if it names none that exists. */
export function ledTo(file: string, paths: Reader): Lead | undefined {
  const text = paths.textOf(file)?.split(/\r?\n/, 1)[0] ?? '';
  const named = text.replace(/^gitdir:\s*/, '').trim();
  return named === '' ? undefined : leadOf(path.resolve(path.dirname(file), named), paths);
}

function leadOf(named: string, paths: Reader): Lead | undefined {
  const real = paths.realPath(named);
  return real === undefined ? undefined : { named, real };
}

/** What a configuration of git names besides. */
export interface Named {
  /** Folders whose files git runs; relative ones are below the work tree, or the folder of git's own if it has none. */
  readonly hooks: readonly Lead[];
  /** Other configurations. */
  readonly includes: readonly Lead[];
}

/** Reads one configuration; what can't be understood names nothing, to git as well. */
export function namedIn(file: string, roots: readonly string[], paths: Reader): Named {
  const text = paths.textOf(file) ?? '';
  const hooks = valuesOf(text, 'hooksPath').flatMap((value) =>
    roots.map((root) => path.resolve(root, value)),
  );
  const includes = valuesOf(text, 'path').map((value) => path.resolve(path.dirname(file), value));
  const leads = (all: readonly string[]): Lead[] => all.flatMap((place) => leadOf(place, paths) ?? []);
  return { hooks: leads(hooks), includes: leads(includes) };
}

/** Of a variable, whichever section it is in: a few too many are guarded rather than one too few. */
function valuesOf(text: string, name: string): string[] {
  const line = new RegExp(String.raw`(?:^|\])[^\S\n]*${name}[^\S\n]*=[^\S\n]*(.*)$`, 'gim');
  return [...text.matchAll(line)].flatMap(([, value = '']) => {
    const quoted = /^"((?:\\.|[^"\\])*)"/.exec(value)?.[1]?.replaceAll(/\\(.)/g, '$1');
    const plain = quoted ?? value.replace(/\s*[#;].*$/, '').trim();
    return plain === '' || plain.startsWith('~') ? [] : [plain];
  });
}
