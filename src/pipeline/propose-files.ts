import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { differingFiles } from '../forge/differing-files.ts';
import type { GitHub, Repository } from '../forge/github.ts';
import { propose, type PullRequest } from '../forge/pull-request.ts';
import { McpcatError } from '../lib/errors.ts';

export interface FilesProposal {
  readonly github: GitHub;
  readonly repository: Repository;
  /** The folder that holds `.git`: paths in the repository are seen from here. */
  readonly root: string;
  /** Files and folders below it. */
  readonly places: readonly string[];
  readonly branch: string;
  readonly title: string;
  readonly body: string;
}

export interface FilesProposed {
  /** Paths in the repository that differ from the default branch. */
  readonly files: readonly string[];
  /** Undefined if nothing differs. */
  readonly pullRequest: PullRequest | undefined;
}

/**
 * One pull request with all files of these places that the default branch has otherwise or not at all. Files that are
 * gone here stay there: what a machine wrote is proposed, nothing is taken away.
 */
export async function proposeFiles(request: FilesProposal): Promise<FilesProposed> {
  const { github, repository, root, places, branch, title, body } = request;
  const found = (
    await Promise.all(places.map((place) => textsBelow(root, path.resolve(root, place))))
  ).flat();
  const files = await differingFiles(github, repository, Object.fromEntries(found));
  const names = Object.keys(files).toSorted();
  if (names.length === 0) return { files: [], pullRequest: undefined };
  const list = names.slice(0, maxListedFiles).map((name) => `- \`${name}\``);
  const more = names.length > maxListedFiles ? [`- and ${String(names.length - maxListedFiles)} more`] : [];
  const whole = [body, '', ...list, ...more, ''].join('\n');
  const pullRequest = await propose(github, { repository, branch, title, body: whole, files });
  return { files: names, pullRequest };
}

const maxListedFiles = 200;
const decoder = new TextDecoder('utf-8', { fatal: true });

async function textsBelow(root: string, place: string): Promise<(readonly [string, string])[]> {
  const relative = path.relative(root, place);
  if (relative.startsWith('..') || path.isAbsolute(relative))
    throw new McpcatError('usage', `${place}: expected a place inside ${root}`);
  const facts = await stat(place).catch(() => undefined);
  if (facts === undefined)
    throw new McpcatError('usage', `${place}: expected a file or folder, found nothing`);
  if (!facts.isDirectory()) return [[posix(relative), await textOf(place)]];
  const below = await readdir(place, { withFileTypes: true, recursive: true });
  return Promise.all(
    below
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
      .map(async ({ parentPath, name }) => {
        const file = path.join(parentPath, name);
        return [posix(path.relative(root, file)), await textOf(file)] as const;
      }),
  );
}

async function textOf(file: string): Promise<string> {
  try {
    return decoder.decode(await readFile(file));
  } catch (error) {
    throw new McpcatError('usage', `${file}: expected text in UTF-8`, { cause: error });
  }
}

function posix(relative: string): string {
  return relative.split(path.sep).join('/');
}
