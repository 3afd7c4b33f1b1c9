import { connectGitHub, repositoryOf, type GitHub, type Repository } from '../../forge/github.ts';
import { McpcatError } from '../../lib/errors.ts';
import type { Invocation } from '../command.ts';

/** Where pull requests go. */
export interface ForgeTarget {
  readonly github: GitHub;
  readonly repository: Repository;
}

/** GitHub, if there is a token. */
export function githubOf({ terminal }: Invocation): GitHub | undefined {
  return connectGitHub(terminal.env, {
    cacheFolder: terminal.host.folders(terminal.env).cache,
    signal: terminal.signal,
  });
}

/** The repository of `--repo` or GITHUB_REPOSITORY; `what` wants the pull request, for the message. */
export function forgeTarget(
  { options, terminal }: Invocation,
  github: GitHub | undefined,
  what: string,
): ForgeTarget {
  const name = options.text('repo') ?? terminal.env['GITHUB_REPOSITORY'] ?? '';
  const repository = repositoryOf(name);
  if (repository === undefined)
    throw new McpcatError('usage', `${what}: expected a repository as OWNER/NAME, found "${name}"`, {
      hint: 'give --repo or set GITHUB_REPOSITORY',
    });
  if (github === undefined)
    throw new McpcatError('usage', `${what}: a pull request needs GITHUB_TOKEN`, {
      hint: 'a token that may write contents and pull requests of the repository',
    });
  return { github, repository };
}
