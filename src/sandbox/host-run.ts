/*
 * What makes the user's machine run code by itself when it lies in a folder: on entering it, opening it in an editor or
 * an agent, or by any use of git there. Not what runs only when the user starts it (package.json, Makefile), nor what
 * runs elsewhere (.github/workflows). See docs/decisions/0021.
 */
import path from 'node:path';
import { gitNames, ledTo, namedIn, type Lead } from './git-folders.ts';
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

/** Of packages that are installed anew: what lies in them is started from elsewhere. */
const skipped: ReadonlySet<string> = new Set(['node_modules']);
/** Big folders of git's own, and nothing in them runs by itself. */
const skippedOfGit: ReadonlySet<string> = new Set(['objects', 'refs', 'logs']);
/** In a folder of git's own: folders that hold such folders, of submodules (`libs/x` is two levels) and of work trees. */
const stores: ReadonlySet<string> = new Set(['modules', 'worktrees']);

/** Folders below the one handed over; below `modules` of git any number. */
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
  /** The folder itself is one: git is told to run hooks from it. */
  readonly whole: boolean;
}

type Reader = Pick<Paths, 'entries' | 'textOf' | 'realPath' | 'programFolders' | 'caseless'>;

/** `git`: it is one of git's own, whatever is in it; `store`: it holds such folders. */
type Role = 'plain' | 'git' | 'store';

interface Visit {
  /** Below the folder handed over; empty for itself. */
  readonly folder: string;
  readonly depth: number;
  readonly role: Role;
}

/** Looks through a folder and so many levels below it; follows no links, but what git follows. */
export function hostRunIn(source: string, paths: Reader): HostRun {
  const walk = new Walk(source, paths);
  walk.run();
  return walk.found();
}

class Walk {
  readonly #source: string;
  readonly #paths: Reader;
  readonly #places = new Set<string>();
  readonly #links = new Set<string>();
  readonly #seen = new Set<string>();
  readonly #configurations = new Set<string>();
  readonly #queue: Visit[] = [{ folder: '', depth: 0, role: 'plain' }];
  #left = maxFolders;
  #whole = false;

  constructor(source: string, paths: Reader) {
    this.#source = source;
    this.#paths = paths;
    for (const folder of paths.programFolders)
      if (folder.startsWith(`${source}/`)) this.#places.add(folder.slice(source.length + 1));
  }

  run(): void {
    for (const visit of this.#queue) {
      if (this.#left === 0) return;
      const key = `${visit.role} ${visit.folder}`;
      if (this.#seen.has(key)) continue;
      this.#seen.add(key);
      this.#left -= 1;
      this.#look(visit);
    }
  }

  found(): HostRun {
    return {
      places: [...this.#places].toSorted(),
      links: [...this.#links].toSorted(),
      unfinished: this.#left <= 0,
      whole: this.#whole,
    };
  }

  #look({ folder, depth, role }: Visit): void {
    const entries = this.#paths.entries(folder === '' ? this.#source : `${this.#source}/${folder}`);
    const same = (name: string): string => (this.#paths.caseless ? name.toLowerCase() : name);
    const names = new Set(entries.map(({ name }) => same(name)));
    const isGit = role === 'git' || isOfGit(folder, { names, role });
    for (const { name: written, kind } of entries) {
      const place = folder === '' ? written : `${folder}/${written}`;
      const name = same(written);
      const runs =
        hostRunNames.has(name) || (isGit && gitNames.has(name)) || (name === '.git' && kind !== 'folder');
      if (runs) (kind === 'link' ? this.#links : this.#places).add(place);
      else if (kind === 'folder') this.#enter(place, { name, depth, isGit, role });
      if (name === '.git' && kind === 'file') this.#follow(place);
    }
    if (isGit) this.#ofGit(folder, names);
  }

  #enter(
    folder: string,
    { name, depth, isGit, role }: { name: string; depth: number; isGit: boolean; role: Role },
  ): void {
    if (isGit && stores.has(name)) this.#queue.push({ folder, depth, role: 'store' });
    else if (role === 'store' && !isGit) this.#queue.push({ folder, depth, role });
    else if (depth < maxDepth && !skipped.has(name) && !(isGit && skippedOfGit.has(name)))
      this.#queue.push({ folder, depth: depth + 1, role: 'plain' });
  }

  /** To the folder of git's own that a `.git` file or a `commondir` names, if it is handed over too. */
  #follow(file: string): void {
    const folder = this.#inside(ledTo(`${this.#source}/${file}`, this.#paths));
    if (folder === undefined) return;
    this.#queue.push({ folder, depth: 0, role: 'git' });
    this.#configured(folder, path.posix.dirname(file));
  }

  #ofGit(folder: string, names: ReadonlySet<string>): void {
    if (names.has('commondir')) this.#follow(folder === '' ? 'commondir' : `${folder}/commondir`);
    this.#configured(folder, folder.endsWith('.git') ? path.posix.dirname(folder) : folder);
  }

  /** Guards what the configurations of a folder of git's own name in the folder that is handed over. */
  #configured(folder: string, workTree: string): void {
    const at = (place: string): string => path.posix.join(this.#source, place);
    const roots = [at(workTree), at(folder)];
    const files = ['config', 'config.worktree'].map((name) => at(path.posix.join(folder, name)));
    for (const file of files) {
      const key = `${workTree} ${file}`;
      if (this.#configurations.has(key)) continue;
      this.#configurations.add(key);
      const { hooks, includes } = namedIn(file, roots, this.#paths);
      for (const lead of [...hooks, ...includes]) {
        const inside = this.#inside(lead);
        if (inside === '') this.#whole = true;
        else if (inside !== undefined) this.#places.add(inside);
      }
      files.push(...includes.flatMap((lead) => (this.#below(lead.real) === undefined ? [] : lead.real)));
    }
  }

  /** Where something leads in the folder. By way of a link in it counts as a link: the server could make it another. */
  #inside(lead: Lead | undefined): string | undefined {
    if (lead === undefined) return undefined;
    const named = this.#below(lead.named);
    if (named !== undefined && lead.named !== lead.real) this.#links.add(named);
    return this.#below(lead.real);
  }

  /** Undefined for what is not in the folder. */
  #below(place: string): string | undefined {
    if (place === this.#source) return '';
    return place.startsWith(`${this.#source}/`) ? place.slice(this.#source.length + 1) : undefined;
  }
}

/**
 * A folder of git's own. By its name alone, too: of a `.git` that lacks its HEAD a server could make the rest, and what
 * was there before would run. In a store, by anything that such a folder has.
 */
function isOfGit(
  folder: string,
  { names, role }: { readonly names: ReadonlySet<string>; readonly role: Role },
): boolean {
  if (/(^|\/)\.git$/i.test(folder)) return true;
  if (role === 'store') return names.has('HEAD') || [...gitNames].some((name) => names.has(name));
  return names.has('HEAD') && (names.has('objects') || names.has('commondir'));
}

/** Whether a place is one of those, or lies in one: it is not handed over for writing. */
export function runsByItself(segments: readonly string[]): boolean {
  return segments.some((name) => hostRunNames.has(name) || name === '.git');
}
