import { createHash } from 'node:crypto';
import { z } from 'zod';
import { McpcatError } from '../lib/errors.ts';
import type { GitHub, Repository } from './github.ts';

/** docs.github.com/rest/git/trees, with `recursive`. */
const Tree = z.object({
  truncated: z.boolean(),
  tree: z.array(z.object({ path: z.string().optional(), sha: z.string().optional() })),
});

/**
 * Those of the files (path in the repository → whole text) that the default branch does not have with the same text.
 * One request: git names a blob by its content, so nothing has to be fetched to compare.
 */
export async function differingFiles(
  github: GitHub,
  repository: Repository,
  files: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const subject = `files of ${repository.owner}/${repository.repo}`;
  const { truncated, tree } = await github.call(subject, async ({ rest }) => {
    const { data } = await rest.repos.get({ ...repository });
    const answer = await rest.git.getTree({ ...repository, tree_sha: data.default_branch, recursive: '1' });
    return Tree.parse(answer.data);
  });
  // Part of a tree would make files look new that are there.
  if (truncated) throw new McpcatError('forge-failed', `${subject}: GitHub lists only a part of them`);
  const there = new Map(tree.map(({ path, sha }) => [path, sha]));
  return Object.fromEntries(
    Object.entries(files).filter(([path, text]) => there.get(path) !== blobName(text)),
  );
}

/** The object name of a blob (git-hash-object(1)). */
function blobName(text: string): string {
  const bytes = Buffer.from(text);
  return createHash('sha1')
    .update(`blob ${String(bytes.length)}\0`)
    .update(bytes)
    .digest('hex');
}
