/*
 * What makes the user's machine run code by itself when it lies in a folder: on entering it, opening it in an editor or
 * an agent, or by any use of git there. Not what runs only when the user starts it (package.json, Makefile), nor what
 * runs elsewhere (.github/workflows). See docs/decisions/0021.
 */
import type { Paths } from './sandbox.ts';

const hostRunNames: ReadonlySet<string> = new Set([
  // shells and their hooks
  '.envrc',
  // editors
  '.devcontainer',
  '.dir-locals.el',
  '.exrc',
  '.fleet',
  '.idea',
  '.nvim.lua',
  '.nvimrc',
  '.obsidian',
  '.vscode',
  '.zed',
  // agents: their hooks and the servers they start
  '.claude',
  '.codex',
  '.cursor',
  '.gemini',
  '.mcp.json',
  // hooks of git
  '.githooks',
  '.husky',
  '.lefthook.yml',
  '.pre-commit-config.yaml',
  'lefthook.yml',
]);

/** In a folder of git's own: hooks and what names programs, and what leads to another such folder. */
const gitNames: ReadonlySet<string> = new Set(['commondir', 'config', 'config.worktree', 'gitdir', 'hooks']);

/** Big, and nothing in them runs by itself. */
const skipped: ReadonlySet<string> = new Set(['node_modules', 'objects', 'refs', 'logs']);

/** Folders below the one handed over. */
const maxDepth = 4;
const maxFolders = 4000;

/** What was found in a folder, by paths below it. */
export interface HostRun {
  /** Sorted; each exists. */
  readonly places: readonly string[];
  /** Places that are links: nothing can be mounted on a link's name. */
  readonly links: readonly string[];
  /** Too much to look through. */
  readonly unfinished: boolean;
}

/** Looks through a folder and so many levels below it; follows no links. */
export function hostRunIn(source: string, paths: Pick<Paths, 'entries' | 'programFolders'>): HostRun {
  const places = new Set(paths.programFolders.flatMap((folder) => below(source, folder)));
  const links = new Set<string>();
  let level: readonly string[] = [''];
  let left = maxFolders;
  for (let depth = 0; depth <= maxDepth && level.length > 0 && left > 0; depth++) {
    const next: string[] = [];
    for (const folder of level) {
      if (left-- === 0) break;
      const entries = paths.entries(folder === '' ? source : `${source}/${folder}`);
      const names = new Set(entries.map(({ name }) => name));
      const isGit = isOfGit(folder, names);
      for (const { name, kind } of entries) {
        const place = folder === '' ? name : `${folder}/${name}`;
        const runs =
          hostRunNames.has(name) || (isGit && gitNames.has(name)) || (name === '.git' && kind !== 'folder');
        if (runs) (kind === 'link' ? links : places).add(place);
        else if (kind === 'folder' && !skipped.has(name)) next.push(place);
      }
    }
    level = next;
  }
  return { places: [...places].toSorted(), links: [...links].toSorted(), unfinished: left <= 0 };
}

/**
 * A folder of git's own. By its name alone, too: of a `.git` that lacks its HEAD a server could make the rest, and what
 * was there before would run.
 */
function isOfGit(folder: string, names: ReadonlySet<string>): boolean {
  if (folder === '.git' || folder.endsWith('/.git')) return true;
  return names.has('HEAD') && (names.has('objects') || names.has('commondir'));
}

/** Whether a place is one of those, or lies in one: it is not handed over for writing. */
export function runsByItself(segments: readonly string[]): boolean {
  return segments.some((name) => hostRunNames.has(name) || name === '.git');
}

function below(outer: string, inner: string): string[] {
  return inner.startsWith(`${outer}/`) ? [inner.slice(outer.length + 1)] : [];
}
