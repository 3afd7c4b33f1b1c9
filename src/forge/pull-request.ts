import { isMissing, type GitHub, type Repository } from './github.ts';
import { McpcatError } from '../lib/errors.ts';

/** In the message of each commit that is ours: a branch whose newest commit lacks it holds somebody's work. */
const trailer = 'Made-by: mcpcat update';

export interface Proposal {
  readonly repository: Repository;
  readonly branch: string;
  readonly title: string;
  /** Markdown. */
  readonly body: string;
  /** Path in the repository → whole text. */
  readonly files: Readonly<Record<string, string>>;
}

export interface PullRequest {
  readonly number: number;
  readonly address: string;
  readonly state: 'made' | 'updated' | 'unchanged';
}

/**
 * One commit on one branch and one open pull request for it, through the git-data API: no git program, no working
 * tree. Runs again with the same files change nothing; a branch with commits of others is refused.
 */
export async function propose(github: GitHub, proposal: Proposal): Promise<PullRequest> {
  const base = await baseOf(github, proposal);
  const moved = await pushBranch(github, { proposal, base });
  const open = await openRequest(github, proposal);
  if (open === undefined) return make(github, { proposal, base: base.branch });
  const same = open.title === proposal.title && open.body === proposal.body;
  if (!same) await rewrite(github, { proposal, number: open.number });
  return { number: open.number, address: open.address, state: moved || !same ? 'updated' : 'unchanged' };
}

/** The open pull request of a branch with one of the files that it proposes; undefined if there is none. */
export async function openProposal(
  github: GitHub,
  { repository, branch, file }: Pick<Proposal, 'repository' | 'branch'> & { readonly file: string },
): Promise<(PullRequest & { readonly text: string | undefined }) | undefined> {
  const open = await openRequest(github, { repository, branch });
  if (open === undefined) return undefined;
  const text = await github.call(`branch ${branch}`, async ({ rest }) => {
    const raw = { format: 'raw' };
    const where = { ...repository, path: file, ref: branch, mediaType: raw };
    const answer = await rest.repos.getContent(where).catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
    // octokit's types know only the JSON form of the answer.
    const content: unknown = answer?.data;
    return typeof content === 'string' ? content : undefined;
  });
  return { number: open.number, address: open.address, state: 'unchanged', text };
}

interface Base {
  readonly branch: string;
  readonly commit: string;
  readonly tree: string;
}

async function baseOf(github: GitHub, { repository, branch }: Proposal): Promise<Base> {
  return github.call(`pull request ${branch}`, async ({ rest }) => {
    const { data } = await rest.repos.get({ ...repository });
    const name = data.default_branch;
    const ref = await rest.git.getRef({ ...repository, ref: `heads/${name}` });
    const commit = await rest.git.getCommit({ ...repository, commit_sha: ref.data.object.sha });
    return { branch: name, commit: commit.data.sha, tree: commit.data.tree.sha };
  });
}

/** True if the branch was made or moved. */
async function pushBranch(
  github: GitHub,
  { proposal, base }: { proposal: Proposal; base: Base },
): Promise<boolean> {
  const { repository, branch, title, files } = proposal;
  const tip = await tipOf(github, proposal);
  if (tip !== undefined && !tip.text.includes(trailer)) {
    throw new McpcatError(
      'forge-failed',
      `${branch}: expected a branch of mcpcat's own, found a commit of somebody else`,
      {
        hint: 'merge or close its pull request and delete the branch; the next update makes a new one',
      },
    );
  }
  return github.call(`branch ${branch}`, async ({ rest }) => {
    const entries = Object.entries(files).map(([path, content]) => ({
      path,
      content,
      mode: '100644' as const,
      type: 'blob' as const,
    }));
    const tree = await rest.git.createTree({ ...repository, base_tree: base.tree, tree: entries });
    if (tip?.tree === tree.data.sha && tip.parent === base.commit) return false;
    const message = `${title}\n\n${trailer}`;
    const commit = await rest.git.createCommit({
      ...repository,
      message,
      tree: tree.data.sha,
      parents: [base.commit],
    });
    const { sha } = commit.data;
    if (tip === undefined) await rest.git.createRef({ ...repository, ref: `refs/heads/${branch}`, sha });
    else await rest.git.updateRef({ ...repository, ref: `heads/${branch}`, sha, force: true });
    return true;
  });
}

interface Tip {
  /** Of its commit. */
  readonly text: string;
  readonly tree: string;
  readonly parent: string | undefined;
}

async function tipOf(github: GitHub, { repository, branch }: Proposal): Promise<Tip | undefined> {
  return github.call(`branch ${branch}`, async ({ rest }) => {
    const ref = await rest.git.getRef({ ...repository, ref: `heads/${branch}` }).catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
    if (ref === undefined) return undefined;
    const { data } = await rest.git.getCommit({ ...repository, commit_sha: ref.data.object.sha });
    return { text: data.message, tree: data.tree.sha, parent: data.parents[0]?.sha };
  });
}

interface OpenRequest {
  readonly number: number;
  readonly address: string;
  readonly title: string;
  readonly body: string | null;
}

async function openRequest(
  github: GitHub,
  { repository, branch }: Pick<Proposal, 'repository' | 'branch'>,
): Promise<OpenRequest | undefined> {
  return github.call(`pull request ${branch}`, async ({ rest }) => {
    const head = `${repository.owner}:${branch}`;
    const { data } = await rest.pulls.list({ ...repository, head, state: 'open', per_page: 1 });
    const found = data[0];
    if (found === undefined) return undefined;
    return { number: found.number, address: found.html_url, title: found.title, body: found.body };
  });
}

async function make(
  github: GitHub,
  { proposal, base }: { proposal: Proposal; base: string },
): Promise<PullRequest> {
  const { repository, branch, title, body } = proposal;
  return github.call(`pull request ${branch}`, async ({ rest }) => {
    const { data } = await rest.pulls.create({ ...repository, head: branch, base, title, body });
    return { number: data.number, address: data.html_url, state: 'made' };
  });
}

async function rewrite(
  github: GitHub,
  { proposal, number }: { proposal: Proposal; number: number },
): Promise<void> {
  const { repository, branch, title, body } = proposal;
  await github.call(`pull request ${branch}`, ({ rest }) =>
    rest.pulls.update({ ...repository, pull_number: number, title, body }),
  );
}
