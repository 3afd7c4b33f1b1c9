import { z } from 'zod';
import { McpcatError } from '../lib/errors.ts';
import { httpJson } from '../lib/http.ts';
import type { AvailableReleases } from '../versioning/choose-release.ts';
import { newestIn, specifier } from '../versioning/pep440.ts';
import type { ConditionalClient } from './conditional-client.ts';
import { hostFor } from './hosts.ts';
import { PersistedReleases } from './persisted-releases.ts';

type Env = Readonly<Record<string, string | undefined>>;

const File = z.object({
  filename: z.string(),
  url: z.string(),
  digests: z.object({ sha256: z.string(), blake2b_256: z.string().optional() }),
  size: z.number(),
  yanked: z.boolean().default(false),
  yanked_reason: z.string().nullish(),
  packagetype: z.string(),
  upload_time_iso_8601: z.string().optional(),
});
export type PypiFile = z.infer<typeof File>;
const Info = z.object({
  version: z.string(),
  license: z.string().nullish(),
  license_expression: z.string().nullish(),
  requires_python: z.string().nullish(),
  /** PEP 508, of the newest release. */
  requires_dist: z.array(z.string()).nullish(),
  classifiers: z.array(z.string()).nullish(),
});
const Project = z.object({ info: Info, releases: z.record(z.string(), z.array(File)) });
export type PypiProject = z.infer<typeof Project>;

/** All releases of a project with their files. */
export async function pypiProject(
  name: string,
  { env, signal }: { env: Env; signal?: AbortSignal | undefined },
): Promise<PypiProject> {
  return httpJson(projectUrl(name, env), {
    subject: `pypi:${name}`,
    signal,
    read: (value) => Project.parse(value),
  });
}

/** All releases of a project, as far as the choice among them needs it. */
export async function pypiReleases(
  name: string,
  { conditionalClient, env }: { conditionalClient: ConditionalClient; env: Env },
): Promise<AvailableReleases> {
  return conditionalClient.ask(projectUrl(name, env), {
    subject: `pypi:${name}`,
    read: (body) => availableReleasesOf(name, Project.parse(JSON.parse(body))),
    reread: PersistedReleases,
  });
}

function projectUrl(name: string, env: Env): string {
  return `${hostFor('pypi', env)}/pypi/${name}/json`;
}

function availableReleasesOf(name: string, { info, releases }: PypiProject): AvailableReleases {
  const filled = Object.entries(releases).filter(([, files]) => files.length > 0);
  if (filled.length === 0) {
    throw new McpcatError('package-unknown', `pypi:${name}: all its releases were taken from the index`, {
      hint: 'look for the reason before anything of that name is used again',
    });
  }
  const inactive = info.classifiers?.includes('Development Status :: 7 - Inactive') === true;
  return {
    releases: filled.map(([version, files]) => {
      const published = publishedAt(files);
      const reason = yankedReason(files);
      return {
        version,
        ...(published === undefined ? {} : { published }),
        ...(reason === undefined ? {} : { withdrawn: { how: 'yanked' as const, reason } }),
      };
    }),
    ...(inactive ? { deprecated: 'its author marks it as inactive' } : {}),
  };
}

/** The newest of its files: a wheel can be added to an old release, and that is what a hijacker would do. */
export function publishedAt(files: readonly PypiFile[]): string | undefined {
  const times = files.map(({ upload_time_iso_8601: time }) => time);
  if (times.includes(undefined)) return undefined;
  return times
    .filter((time) => time !== undefined)
    .toSorted()
    .at(-1);
}

/** Set if all files of a release were yanked (PEP 592). */
export function yankedReason(files: readonly PypiFile[]): string | undefined {
  if (files.length === 0 || !files.every(({ yanked }) => yanked)) return undefined;
  return (
    files.find(({ yanked_reason: reason }) => reason != null && reason !== '')?.yanked_reason ??
    'no reason given'
  );
}

/** The newest release in the specifier that is not yanked. */
export function pypiVersion(
  name: string,
  { project, range }: { project: PypiProject; range: string | undefined },
): string {
  const { info, releases } = project;
  if (range === undefined) return info.version;
  const usable = Object.entries(releases)
    .filter(([, files]) => files.some(({ yanked }) => !yanked))
    .map(([version]) => version);
  const version = newestIn(usable, range);
  if (version !== undefined) return version;
  throw new McpcatError(
    'package-unknown',
    `pypi:${name} has no version ${specifier(range)} (the newest is ${info.version})`,
  );
}
