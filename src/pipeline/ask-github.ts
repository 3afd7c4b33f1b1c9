import type { Server } from '../catalog/server.ts';
import { parseSource, type Source } from '../catalog/source.ts';
import { advisoriesFor, type AdvisoryEcosystem } from '../forge/advisories.ts';
import { repositoryOf, type GitHub, type Repository } from '../forge/github.ts';
import { repositoryFacts, type RepositoryFacts } from '../forge/repository-facts.ts';
import { McpcatError, messageOf } from '../lib/errors.ts';
import type { Finding } from '../lib/finding.ts';
import { pool } from '../lib/pool.ts';
import type { AvailableReleases } from '../versioning/choose-release.ts';
import { versioning } from '../versioning/versioning.ts';
import { goModuleOf } from './go-module.ts';
import type { KnownHole } from './known-holes.ts';
import { sameLicense } from './licenses.ts';
import { updateFinding } from './update-findings.ts';

const ecosystems: Readonly<Record<Source['kind'], AdvisoryEcosystem>> = { npm: 'npm', pypi: 'pip', go: 'go' };
const width = 8;

/** What GitHub said; what could not be asked is a notice, and never fails the run: only the user's own end does. */
export interface GitHubAnswers {
  /** By `owner/name`; undefined: there is no such repository. */
  readonly facts: ReadonlyMap<string, RepositoryFacts | undefined>;
  readonly holes: readonly KnownHole[];
  readonly notices: readonly string[];
}

export async function askGitHub(
  github: GitHub | undefined,
  servers: readonly Server[],
): Promise<GitHubAnswers> {
  if (github === undefined) {
    const notice =
      'GITHUB_TOKEN is not set: archived repositories, licences and security advisories are not looked at';
    return { facts: new Map(), holes: [], notices: [notice] };
  }
  const [{ facts, notices }, advisories] = await Promise.all([
    allFacts(github, servers),
    Promise.all((['npm', 'pypi', 'go'] as const).map((kind) => holesOf(github, { kind, servers }))),
  ]);
  return {
    facts,
    holes: advisories.flatMap(({ holes }) => holes),
    notices: [...new Set([...notices, ...advisories.flatMap(({ notice }) => notice ?? [])])],
  };
}

/** Several servers may share a repository: it is asked for once. After the first failure the rest is left out. */
async function allFacts(github: GitHub, servers: readonly Server[]): Promise<Omit<GitHubAnswers, 'holes'>> {
  const repositories = new Map<string, Repository>();
  for (const { entry } of servers) {
    const repository = githubRepository(entry.repository);
    if (repository !== undefined) repositories.set(keyOf(repository), repository);
  }
  const facts = new Map<string, RepositoryFacts | undefined>();
  try {
    await pool([...repositories], width, async ([key, repository]) => {
      facts.set(key, await repositoryFacts(github, repository));
    });
  } catch (error) {
    if (error instanceof McpcatError && error.code === 'cancelled') throw error;
    return { facts, notices: [`some repositories were not looked at: ${messageOf(error)}`] };
  }
  return { facts, notices: [] };
}

async function holesOf(
  github: GitHub,
  { kind, servers }: { kind: Source['kind']; servers: readonly Server[] },
): Promise<{ holes: KnownHole[]; notice?: string }> {
  const packages = servers.flatMap((server) => {
    const { entry, lock } = server;
    const source = parseSource(entry.source);
    if (source.kind !== kind || lock === undefined) return [];
    return [{ name: goModuleOf(server) ?? source.name, version: lock.version.replace(/^v/, '') }];
  });
  if (packages.length === 0) return { holes: [] };
  try {
    const found = await advisoriesFor(github, { ecosystem: ecosystems[kind], packages });
    return { holes: found.map((advisory) => ({ ...advisory, kind })) };
  } catch (error) {
    if (error instanceof McpcatError && error.code === 'cancelled') throw error;
    return { holes: [], notice: `security advisories were not looked at: ${messageOf(error)}` };
  }
}

export function githubRepository(address: string): Repository | undefined {
  return address.startsWith('https://github.com/') ? repositoryOf(address) : undefined;
}

export function keyOf({ owner, repo }: Repository): string {
  return `${owner}/${repo}`.toLowerCase();
}

/** What GitHub's facts mean for an entry. Pure. */
export function repositoryFindings(
  server: Server,
  answers: GitHubAnswers,
  available: AvailableReleases,
): Finding[] {
  const { entry } = server;
  const repository = githubRepository(entry.repository);
  if (repository === undefined || !answers.facts.has(keyOf(repository))) return [];
  const facts = answers.facts.get(keyOf(repository));
  if (facts === undefined) {
    return [updateFinding('repository-gone', `${entry.repository} does not exist any more, or is private`)];
  }
  const moved = facts.fullName.toLowerCase() !== keyOf(repository);
  const other = facts.license !== undefined && !sameLicense(facts.license, entry.license);
  return [
    ...(facts.archived ? [updateFinding('repository-archived', `${entry.repository} is archived`)] : []),
    ...(moved ? [updateFinding('repository-moved', `${entry.repository} is now ${facts.fullName}`)] : []),
    ...(other
      ? [
          updateFinding(
            'repository-license',
            `GitHub sees ${facts.license ?? ''}, the entry says ${entry.license}`,
          ),
        ]
      : []),
    ...unreleased(server, { facts, available }),
  ];
}

/** A tag that names this package's version, newer than all that the registry has. */
function unreleased(
  { entry }: Server,
  { facts, available }: { facts: RepositoryFacts; available: AvailableReleases },
): Finding[] {
  const { kind, name } = parseSource(entry.source);
  const rules = versioning[kind];
  const newest = available.releases.map(({ version }) => version).toSorted((a, b) => rules.compare(b, a))[0];
  const tagged = facts.tags
    .map((tag) => /^(?:(.+)[@/])?v?(\d[^@/]*)$/.exec(tag))
    .filter((match) => match !== null && (match[1] === undefined || name.endsWith(match[1])))
    .map((match) => (kind === 'go' ? `v${match?.[2] ?? ''}` : (match?.[2] ?? '')))
    .filter((version) => rules.isStable(version))
    .toSorted((a, b) => rules.compare(b, a))[0];
  if (tagged === undefined || newest === undefined || rules.compare(tagged, newest) <= 0) return [];
  return [updateFinding('release-not-in-registry', `GitHub has ${tagged}, the registry ${newest}`)];
}
