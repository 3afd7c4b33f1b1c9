import { access } from 'node:fs/promises';
import path from 'node:path';
import type { GitHub, Repository } from '../forge/github.ts';
import { openProposal, propose, type PullRequest } from '../forge/pull-request.ts';
import { proposalText } from './proposal.ts';
import type { SavedProposal } from './saved-proposal.ts';
import type { Server } from '../catalog/server.ts';
import type { VerifiedUpdate } from './update-entry.ts';

interface Target {
  readonly github: GitHub;
  readonly repository: Repository;
}

/** Says so if the open pull request holds this very lock: then nothing has to be built and verified again. */
export async function alreadyProposed(
  { server, lock }: { readonly server: Server; readonly lock: string },
  { github, repository }: Target,
): Promise<string | undefined> {
  const file = `${await placeInRepository(server.folder)}/lock.json`;
  const open = await openProposal(github, { repository, branch: branchOf(server), file });
  return open?.text === lock ? said(open) : undefined;
}

/** One pull request per server, on the branch `mcpcat/update-NAME`; the entry on disk stays as it is. */
export async function proposeEntry(update: VerifiedUpdate, target: Target): Promise<string> {
  const { server, files } = update;
  return proposeSaved(server, { ...proposalText(update), files }, target);
}

/** The same of a release that another machine has verified. */
export async function proposeSaved(
  server: Server,
  { title, body, files }: SavedProposal,
  { github, repository }: Target,
): Promise<string> {
  const place = await placeInRepository(server.folder);
  const made = await propose(github, {
    repository,
    branch: branchOf(server),
    title,
    body,
    files: Object.fromEntries(Object.entries(files).map(([name, text]) => [`${place}/${name}`, text])),
  });
  return said(made);
}

function branchOf({ entry }: Server): string {
  return `mcpcat/update-${entry.name}`;
}

function said({ number, state, address }: PullRequest): string {
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
