import { maxSatisfying } from '@renovatebot/pep440';
import { z } from 'zod';
import { McpcatError } from '../lib/errors.ts';
import { httpJson } from '../lib/http.ts';
import { hostFor } from './hosts.ts';

type Env = Readonly<Record<string, string | undefined>>;

const File = z.object({
  filename: z.string(),
  url: z.string(),
  digests: z.object({ sha256: z.string() }),
  size: z.number(),
  yanked: z.boolean().default(false),
  packagetype: z.string(),
  upload_time_iso_8601: z.string().optional(),
});
export type PypiFile = z.infer<typeof File>;
const Info = z.object({
  version: z.string(),
  license: z.string().nullish(),
  license_expression: z.string().nullish(),
  requires_python: z.string().nullish(),
});
const Project = z.object({ info: Info, releases: z.record(z.string(), z.array(File)) });
export type PypiProject = z.infer<typeof Project>;

/** All releases of a project with their files. */
export async function pypiProject(
  name: string,
  { env, signal }: { env: Env; signal?: AbortSignal | undefined },
): Promise<PypiProject> {
  return httpJson(`${hostFor('pypi', env)}/pypi/${name}/json`, {
    subject: `pypi:${name}`,
    signal,
    read: (value) => Project.parse(value),
  });
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
  const specifier = /^[0-9]/.test(range) ? `==${range}` : range;
  const version = maxSatisfying(usable, specifier);
  if (version) return version;
  throw new McpcatError(
    'package-unknown',
    `pypi:${name} has no version ${specifier} (the newest is ${info.version})`,
  );
}
