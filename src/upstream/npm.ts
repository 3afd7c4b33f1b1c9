import { maxSatisfying, prerelease, rcompare } from 'semver';
import { z } from 'zod';
import { McpcatError } from '../lib/errors.ts';
import { httpJson } from '../lib/http.ts';
import type { AvailableReleases } from '../versioning/choose-release.ts';
import type { ConditionalClient } from './conditional-client.ts';
import { hostFor } from './hosts.ts';
import { PersistedReleases } from './persisted-releases.ts';

const Manifest = z.object({
  version: z.string(),
  bin: z.union([z.string(), z.record(z.string(), z.string())]).optional(),
  license: z.unknown().optional(),
  engines: z.unknown().optional(),
  deprecated: z.unknown().optional(),
  dist: z.object({ tarball: z.string(), integrity: z.string().optional() }),
});
const Packument = z.object({
  name: z.string(),
  'dist-tags': z.record(z.string(), z.string()).default({}),
  versions: z.record(z.string(), Manifest).default({}),
  time: z.record(z.string(), z.unknown()).default({}),
});

/** A release as npm's registry describes it. */
export interface NpmRelease {
  readonly version: string;
  readonly published: string | undefined;
  /** Name → file inside the package. */
  readonly bin: Readonly<Record<string, string>>;
  readonly license: string | undefined;
  readonly node: string | undefined;
  readonly deprecated: string | undefined;
}

/** The newest release in the range; without a range the one tagged `latest`. */
export async function npmRelease(
  name: string,
  {
    range,
    env,
    signal,
  }: {
    range: string | undefined;
    env: Readonly<Record<string, string | undefined>>;
    signal?: AbortSignal | undefined;
  },
): Promise<NpmRelease> {
  const url = packumentUrl(name, env);
  const read = (value: unknown): z.infer<typeof Packument> => Packument.parse(value);
  const packument = await httpJson(url, { subject: `npm:${name}`, signal, read });
  const version = choose(packument, range);
  const manifest = version === undefined ? undefined : packument.versions[version];
  if (version === undefined || manifest === undefined) {
    const newest = Object.keys(packument.versions).sort(rcompare)[0] ?? 'none';
    throw new McpcatError(
      'package-unknown',
      `npm:${name} has no version ${range ?? 'at all'} (the newest is ${newest})`,
    );
  }
  const published = packument.time[version];
  return {
    version,
    published: typeof published === 'string' ? published : undefined,
    bin: bins(name, manifest.bin),
    license: typeof manifest.license === 'string' ? manifest.license : undefined,
    node: field(manifest.engines, 'node'),
    deprecated:
      typeof manifest.deprecated === 'string' && manifest.deprecated !== '' ? manifest.deprecated : undefined,
  };
}

/** All releases of a package, as far as the choice among them needs it. */
export async function npmReleases(
  name: string,
  {
    conditionalClient,
    env,
  }: { conditionalClient: ConditionalClient; env: Readonly<Record<string, string | undefined>> },
): Promise<AvailableReleases> {
  return conditionalClient.ask(packumentUrl(name, env), {
    subject: `npm:${name}`,
    read: (body) => availableReleasesOf(name, Packument.parse(JSON.parse(body))),
    reread: PersistedReleases,
  });
}

function packumentUrl(name: string, env: Readonly<Record<string, string | undefined>>): string {
  return `${hostFor('npm', env)}/${name.replace('/', '%2f')}`;
}

function availableReleasesOf(
  name: string,
  { versions, time, 'dist-tags': tags }: z.infer<typeof Packument>,
): AvailableReleases {
  const recommended = tags['latest'];
  // An unpublished name keeps its `time`; one that was taken over after an attack holds a `-security` release.
  if (Object.keys(versions).length === 0 || recommended?.includes('-security') === true) {
    throw new McpcatError('package-unknown', `npm:${name}: all its releases were taken from the registry`, {
      hint: 'look for the reason before anything of that name is used again',
    });
  }
  const latest = recommended === undefined ? undefined : versions[recommended];
  return {
    releases: Object.entries(versions).map(([version, { deprecated }]) => ({
      version,
      ...publishedIn(time[version]),
      ...(typeof deprecated === 'string' && deprecated !== ''
        ? { withdrawn: { how: 'deprecated' as const, reason: deprecated } }
        : {}),
    })),
    tags,
    ...(recommended === undefined ? {} : { recommended }),
    ...(typeof latest?.deprecated === 'string' && latest.deprecated !== ''
      ? { deprecated: latest.deprecated }
      : {}),
  };
}

function publishedIn(time: unknown): { published?: string } {
  return typeof time === 'string' ? { published: time } : {};
}

function choose(packument: z.infer<typeof Packument>, range: string | undefined): string | undefined {
  const versions = Object.keys(packument.versions);
  if (range !== undefined)
    return packument['dist-tags'][range] ?? maxSatisfying(versions, range) ?? undefined;
  const stable = versions.filter((version) => prerelease(version) === null).sort(rcompare);
  return packument['dist-tags']['latest'] ?? stable[0];
}

/** npm's rule: a string names a bin like the package without its scope. */
function bins(
  name: string,
  bin: string | Readonly<Record<string, string>> | undefined,
): Record<string, string> {
  const all = typeof bin === 'string' ? { [name.replace(/^@[^/]+\//, '')]: bin } : (bin ?? {});
  return Object.fromEntries(Object.entries(all).map(([key, file]) => [key, file.replace(/^\.?\//, '')]));
}

function field(value: unknown, name: string): string | undefined {
  const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  return typeof found === 'string' ? found : undefined;
}
