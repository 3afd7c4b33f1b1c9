import type { Source } from '../catalog/source.ts';
import { McpcatError } from '../lib/errors.ts';
import { ConditionalClient } from '../upstream/conditional-client.ts';
import { availableReleasesOf } from '../upstream/available-releases.ts';
import { chooseRelease } from '../versioning/choose-release.ts';
import { versioning } from '../versioning/versioning.ts';

export interface Version {
  readonly version: string;
  /** ISO 8601, if the registry says. */
  readonly published: string | undefined;
  /** Of dependencies: published later are not taken; undefined: no limit. */
  readonly before: Date | undefined;
  /** Why a release is taken that somebody should look at. */
  readonly concern: string | undefined;
}

const dayMs = 86_400_000;

interface Query {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cacheFolder: string;
  readonly coolDownDays: number;
  readonly now: Date;
  readonly signal?: AbortSignal | undefined;
}

/** The newest release that is old enough; where all are younger, the newest one, which a person has to confirm. */
export async function chooseVersion(
  source: Source,
  { env, cacheFolder, coolDownDays, now, signal }: Query,
): Promise<Version> {
  const available = await availableNow(source, { env, cacheFolder, signal });
  const rules = {
    versioning: versioning[source.kind],
    range: source.range,
    current: undefined,
    now,
    urgent: () => false,
  };
  const before = coolDownDays === 0 ? undefined : new Date(now.getTime() - coolDownDays * dayMs);
  const { release, passed } = chooseRelease(available, { ...rules, coolDownDays });
  if (release !== undefined)
    return { version: release.version, published: release.published, before, concern: undefined };
  const young = chooseRelease(available, { ...rules, coolDownDays: 0 }).release;
  if (young !== undefined) {
    const published = young.published === undefined ? 'an unknown day' : young.published.slice(0, 10);
    return {
      version: young.version,
      published: young.published,
      before: undefined,
      concern: `${young.version} is of ${published}, and no release is ${String(coolDownDays)} days old: wait, or look at it closely`,
    };
  }
  const [reason] = passed;
  // What its author took back is still shown, for who wants it all the same.
  if (
    reason !== undefined &&
    source.range === undefined &&
    passed.every(({ why }) => why === 'deprecated' || why === 'pre-release')
  )
    return {
      version: reason.version,
      published: undefined,
      before,
      concern: `${reason.version}: ${reason.detail}`,
    };
  throw new McpcatError(
    'package-unknown',
    `${source.kind}:${source.name}: no release of ${source.range ?? 'it'} may be taken`,
    {
      detail: passed.slice(0, 5).map(({ version, detail }) => `${version}: ${detail}`),
      hint: 'name a range in the source: npm:NAME@RANGE',
    },
  );
}

/** A Go proxy may keep the list of versions to itself and still hand out one that is asked for by name. */
async function availableNow(
  source: Source,
  { env, cacheFolder, signal }: Pick<Query, 'env' | 'cacheFolder' | 'signal'>,
): ReturnType<typeof availableReleasesOf> {
  try {
    return await availableReleasesOf(source, {
      conditionalClient: new ConditionalClient({ cacheFolder, signal }),
      env,
    });
  } catch (error) {
    const unlisted = source.kind === 'go' && source.range === undefined;
    if (!unlisted || !(error instanceof McpcatError) || error.code !== 'package-unknown') throw error;
    throw new McpcatError('package-unknown', error.message, {
      hint: `check the path, and name a version if the proxy lists none: go:${source.name}@v1.2.3`,
      cause: error,
    });
  }
}
