import type { Versioning } from './scheme.ts';

/** A release as its registry lists it. */
export interface Release {
  readonly version: string;
  /** ISO 8601; undefined if the registry does not say. */
  readonly published?: string | undefined;
  /** Its author or the registry took it back: no new user shall take it. */
  readonly withdrawn?:
    { readonly how: 'yanked' | 'deprecated' | 'retracted'; readonly reason: string } | undefined;
}

/** What a registry offers of one package. */
export interface AvailableReleases {
  readonly releases: readonly Release[];
  /** The release its author recommends (npm's `latest`); what is newer is not meant for everybody yet. */
  readonly recommended?: string | undefined;
  /** Names that stand for a release: `next` → 2.0.0-rc.1. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** The whole package is given up: in its author's words. */
  readonly deprecated?: string | undefined;
}

export interface Rules {
  readonly versioning: Versioning;
  /** Of the entry's `source`; undefined: the newest. */
  readonly range: string | undefined;
  /** The release that is locked now; it is never too young. */
  readonly current: string | undefined;
  /** Days that a release must have been public. */
  readonly coolDownDays: number;
  readonly now: Date;
  /** Releases that close a known hole do not wait. */
  readonly urgent: (version: string) => boolean;
}

export interface Passed {
  readonly version: string;
  readonly why:
    'pre-release' | 'not-recommended' | 'incompatible' | 'yanked' | 'deprecated' | 'retracted' | 'too-young';
  /** In plain words. */
  readonly detail: string;
}

export interface Choice {
  /** Undefined if none may be taken. */
  readonly release: Release | undefined;
  /** What is newer, and why it was not taken; newest first. */
  readonly passed: readonly Passed[];
}

const day = 86_400_000;

/** The newest release that an entry may take. */
export function chooseRelease(available: AvailableReleases, rules: Rules): Choice {
  const { versioning, range } = rules;
  const tagged = range === undefined ? undefined : available.tags?.[range];
  const candidates = available.releases
    .filter(({ version }) => versioning.isVersion(version))
    .filter(({ version }) => inRange(version, { ...rules, tagged }))
    .toSorted((a, b) => versioning.compare(b.version, a.version));
  const passed: Passed[] = [];
  for (const release of candidates) {
    const obstacle = obstacleOf(release, { available, rules, candidates });
    if (obstacle === undefined) return { release, passed };
    passed.push({ version: release.version, ...obstacle });
  }
  return { release: undefined, passed };
}

function inRange(
  version: string,
  { versioning, range, tagged }: Rules & { tagged: string | undefined },
): boolean {
  if (range === undefined) return true;
  return tagged === undefined ? versioning.satisfies(version, range) : version === tagged;
}

type Obstacle = Omit<Passed, 'version'>;

function obstacleOf(
  release: Release,
  {
    available,
    rules,
    candidates,
  }: { available: AvailableReleases; rules: Rules; candidates: readonly Release[] },
): Obstacle | undefined {
  const { version, withdrawn } = release;
  const pinned = rules.range !== undefined && rules.versioning.isExact(rules.range);
  // Who pins one release by name wants it all the same (PEP 592 and go.mod say so too); it is still reported.
  if (withdrawn !== undefined && !pinned) return { why: withdrawn.how, detail: withdrawn.reason };
  const unasked =
    rules.range === undefined ? unaskedFor(version, { available, rules, candidates }) : undefined;
  return unasked ?? tooYoung(release, rules);
}

/** Without a range, only what is meant for everybody. */
function unaskedFor(
  version: string,
  {
    available: { recommended },
    rules: { versioning },
    candidates,
  }: { available: AvailableReleases; rules: Rules; candidates: readonly Release[] },
): Obstacle | undefined {
  if (version === recommended) return undefined;
  if (!versioning.isStable(version)) return { why: 'pre-release', detail: 'a pre-release nobody asked for' };
  if (recommended !== undefined && versioning.compare(version, recommended) > 0)
    return { why: 'not-recommended', detail: `its author recommends ${recommended}` };
  const stale =
    version.endsWith('+incompatible') &&
    candidates.some(
      (other) => versioning.isStable(other.version) && !other.version.endsWith('+incompatible'),
    );
  return stale
    ? { why: 'incompatible', detail: 'a major version from before the module had a go.mod' }
    : undefined;
}

/** A hijacked release is mostly found within days. Fails closed: who does not say when it was published, waits. */
function tooYoung({ version, published }: Release, rules: Rules): Obstacle | undefined {
  const { coolDownDays, now, current, urgent } = rules;
  if (coolDownDays === 0 || version === current || urgent(version)) return undefined;
  const time = published === undefined ? Number.NaN : Date.parse(published);
  if (Number.isNaN(time))
    return { why: 'too-young', detail: 'the registry does not say when it was published' };
  const until = new Date(time + coolDownDays * day);
  return until <= now
    ? undefined
    : { why: 'too-young', detail: `published ${date(new Date(time))}, may be taken from ${date(until)}` };
}

function date(time: Date): string {
  return time.toISOString().slice(0, 16).replace('T', ' ');
}
