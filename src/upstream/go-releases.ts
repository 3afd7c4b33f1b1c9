import { z } from 'zod';
import { McpcatError } from '../lib/errors.ts';
import type { AvailableReleases, Release } from '../versioning/choose-release.ts';
import { goVersions } from '../versioning/go.ts';
import { moduleNotices, retractionOf } from '../versioning/go-mod.ts';
import type { ConditionalClient } from './conditional-client.ts';
import { escapePath, orUndefined } from './go-proxy.ts';
import { hostFor } from './hosts.ts';

interface Query {
  readonly conditionalClient: ConditionalClient;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The module that held the package last time: asked for first. */
  readonly module?: string | undefined;
  /** Of the entry: the releases in it are those whose age counts. */
  readonly range?: string | undefined;
}
type Info = z.infer<typeof Info>;

const Info = z.object({ Version: z.string(), Time: z.string().optional() });
const Versions = z.array(z.string());
const Text = z.string();

/** The proxy's answers say when one version was published; nobody needs that of the older ones. */
const maxDatedReleases = 4;

/** What the module of a command offers: its tags with what its newest go.mod retracts (go.dev/ref/mod#goproxy-protocol). */
export async function goReleases(packagePath: string, query: Query): Promise<AvailableReleases> {
  for (const path of modulesOf(packagePath, query.module)) {
    const versions = await versionsOf(path, query);
    if (versions.length > 0) return tagged(path, { versions, query });
    // Modules without tags, and proxies that keep the list to themselves.
    const latest = (await latestOf(path, query)) ?? (await pinnedOf(path, query));
    if (latest !== undefined) return untagged(path, { latest, query });
  }
  throw new McpcatError('package-unknown', `go:${packagePath}: no module holds this package`, {
    hint: 'take the path from the go.mod of its repository',
  });
}

/** The longest prefix that is a module holds it (go.dev/ref/mod#resolve-pkg-mod); the known one is asked for first. */
function modulesOf(packagePath: string, known: string | undefined): string[] {
  const parts = packagePath.split('/');
  const prefixes = parts.slice(1).map((_, index) => parts.slice(0, parts.length - index).join('/'));
  return known === undefined ? prefixes : [known, ...prefixes.filter((path) => path !== known)];
}

async function tagged(
  path: string,
  { versions, query }: { versions: string[]; query: Query },
): Promise<AvailableReleases> {
  const sorted = versions.toSorted((a, b) => goVersions.compare(b, a));
  // Go's own rule: the newest release speaks, and a pre-release only where there is no other.
  const speaker = sorted.find((version) => goVersions.isStable(version)) ?? sorted[0] ?? '';
  const notices = moduleNotices(await modOf(path, { version: speaker, query }));
  const kept = sorted.filter((version) => retractionOf(version, notices) === undefined);
  const { range } = query;
  const eligible = (version: string): boolean =>
    range === undefined ? goVersions.isStable(version) : goVersions.satisfies(version, range);
  const dated = (range === undefined ? kept : sorted).filter(eligible).slice(0, maxDatedReleases);
  const times = new Map(
    await Promise.all(
      dated.map(async (version) => [version, (await infoOf(path, { version, query }))?.Time] as const),
    ),
  );
  const releases = sorted.map((version): Release => {
    const reason = retractionOf(version, notices);
    return {
      version,
      published: times.get(version),
      ...(reason === undefined
        ? {}
        : { withdrawn: { how: 'retracted', reason: reason || 'no reason given' } }),
    };
  });
  return { releases, deprecated: notices.deprecated };
}

async function untagged(
  path: string,
  { latest, query }: { latest: Info; query: Query },
): Promise<AvailableReleases> {
  const { Version: version, Time: published } = latest;
  const { deprecated } = moduleNotices(await modOf(path, { version, query }));
  return { releases: [{ version, published }], recommended: version, deprecated };
}

async function versionsOf(path: string, query: Query): Promise<string[]> {
  const url = `${base(path, query)}/@v/list`;
  const read = (body: string): string[] => body.split('\n').filter((line) => goVersions.isVersion(line));
  return (
    (await orUndefined(
      query.conditionalClient.ask(url, { subject: `go:${path}`, read, reread: Versions }),
    )) ?? []
  );
}

async function latestOf(path: string, query: Query): Promise<Info | undefined> {
  const url = `${base(path, query)}/@latest`;
  return orUndefined(
    query.conditionalClient.ask(url, { subject: `go:${path}`, read: readInfo, reread: Info }),
  );
}

/** A proxy that lists nothing may still serve a version that is asked for by name. */
async function pinnedOf(path: string, query: Query): Promise<Info | undefined> {
  const { range } = query;
  if (range === undefined || !goVersions.isExact(range)) return undefined;
  return infoOf(path, { version: range.startsWith('v') ? range : `v${range}`, query });
}

async function infoOf(
  path: string,
  { version, query }: { version: string; query: Query },
): Promise<Info | undefined> {
  const url = `${base(path, query)}/@v/${escapePath(version)}.info`;
  const question = { subject: `go:${path}`, read: readInfo, reread: Info, immutable: true };
  return orUndefined(query.conditionalClient.ask(url, question));
}

async function modOf(path: string, { version, query }: { version: string; query: Query }): Promise<string> {
  const url = `${base(path, query)}/@v/${escapePath(version)}.mod`;
  const question = { subject: `go:${path}`, read: (body: string) => body, reread: Text, immutable: true };
  return query.conditionalClient.ask(url, question);
}

function base(path: string, { env }: Query): string {
  return `${hostFor('go', env)}/${escapePath(path)}`;
}

function readInfo(body: string): Info {
  return Info.parse(JSON.parse(body));
}
