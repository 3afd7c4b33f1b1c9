import { z } from 'zod';
import { prerelease, rcompare, satisfies, valid } from 'semver';
import { McpcatError } from '../lib/errors.ts';
import { httpGet, httpJson } from '../lib/http.ts';
import { hostFor } from './hosts.ts';

interface Query {
  readonly range: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
}

/** A module that holds a package, and the version to take. */
export interface GoModule {
  readonly path: string;
  readonly version: string;
  readonly published: string | undefined;
}

const Info = z.object({ Version: z.string(), Time: z.string().optional() });

/** Finds the module of a package (the longest prefix that is one, golang.org/ref/mod#resolve-pkg-mod) and its version. */
export async function goModule(packagePath: string, query: Query): Promise<GoModule> {
  const parts = packagePath.split('/');
  for (let length = parts.length; length > 1; length--) {
    const path = parts.slice(0, length).join('/');
    // A proxy may withhold the list and still serve a version that is asked for by name.
    const versions = await versionList(path, query);
    if (versions === undefined && query.range === undefined) continue;
    const version = choose(versions ?? [], query.range);
    const info = await orUndefined(infoOf(path, { version, ...query }));
    if (info !== undefined) return { path, version: info.Version, published: info.Time };
  }
  throw new McpcatError(
    'package-unknown',
    `go:${packagePath}: no module holds this package in version ${query.range ?? 'latest'}`,
    {
      hint: 'take the path from the go.mod of its repository',
    },
  );
}

async function versionList(path: string, { env, signal }: Query): Promise<string[] | undefined> {
  const url = `${hostFor('go', env)}/${escapePath(path)}/@v/list`;
  const response = await orUndefined(httpGet(url, { subject: `go:${path}`, signal }));
  return (await response?.text())?.split('\n').filter((line) => valid(line));
}

/** Undefined for what the proxy does not know; an outage must not look like that. */
export async function orUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof McpcatError && error.code === 'package-unknown') return undefined;
    throw error;
  }
}

function choose(versions: readonly string[], range: string | undefined): string | undefined {
  if (range === undefined)
    return versions.filter((version) => prerelease(version) === null).sort(rcompare)[0];
  const exact = range.startsWith('v') ? range : `v${range}`;
  if (versions.includes(exact)) return exact;
  return versions.filter((version) => satisfies(version, range)).sort(rcompare)[0] ?? exact;
}

/** Without a version: what the proxy thinks is the newest, for modules without tags. */
async function infoOf(
  path: string,
  { version, env, signal }: Query & { version: string | undefined },
): Promise<z.infer<typeof Info>> {
  const place = version === undefined ? '@latest' : `@v/${escapePath(version)}.info`;
  const url = `${hostFor('go', env)}/${escapePath(path)}/${place}`;
  return httpJson(url, { subject: `go:${path}`, signal, read: (value) => Info.parse(value) });
}

/** Upper-case letters as `!` and lower case (golang.org/ref/mod#goproxy-protocol). */
export function escapePath(path: string): string {
  return path.replaceAll(/[A-Z]/g, (letter) => `!${letter.toLowerCase()}`);
}
