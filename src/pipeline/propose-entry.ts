import { access } from 'node:fs/promises';
import path from 'node:path';
import type { GitHub, Repository } from '../forge/github.ts';
import { propose } from '../forge/pull-request.ts';
import { proposalText } from './proposal.ts';
import type { ProvedUpdate } from './update-entry.ts';

/** One pull request per server, on the branch `mcpcat/update-NAME`; the entry on disk stays as it is. */
export async function proposeEntry(
  update: ProvedUpdate,
  { github, repository }: { github: GitHub; repository: Repository },
): Promise<string> {
  const { server, files } = update;
  const place = await placeInRepository(server.folder);
  const { number, address, state } = await propose(github, {
    repository,
    branch: `mcpcat/update-${server.entry.name}`,
    ...proposalText(update),
    files: Object.fromEntries(Object.entries(files).map(([name, text]) => [`${place}/${name}`, text])),
  });
  return `pull request #${String(number)} ${state}: ${address}`;
}

/** `catalog/NAME`, seen from the folder that holds `.git`. */
async function placeInRepository(folder: string): Promise<string> {
  for (let root = path.dirname(folder); root !== path.dirname(root); root = path.dirname(root)) {
    const found = await access(path.join(root, '.git')).then(
      () => true,
      () => false,
    );
    if (found) return path.relative(root, folder).split(path.sep).join('/');
  }
  return `catalog/${path.basename(folder)}`;
}
