import { createHash } from 'node:crypto';

/** What the servers behind one endpoint call something: a tool, or a prompt. */
export interface ServerNames {
  readonly server: string;
  /** In the server's order; one that is there twice counts once. */
  readonly names: readonly string[];
}

export interface Origin {
  readonly server: string;
  readonly name: string;
}

/** Shown names and their origins, one to one. */
export interface NameMap {
  /** Undefined for a name that nobody was shown. */
  readonly origin: (shown: string) => Origin | undefined;
  /** Undefined for a name that the server does not have. */
  readonly shown: (origin: Origin) => string | undefined;
}

/**
 * Characters of a shown name: with `mcp__mcpcat__`, the longest that a known client puts in front, no more than the 64
 * that models' interfaces take.
 */
export const maxNameLength = 49;
const tailLength = 8;

/**
 * Names that every known client shows as they are: `server_tool`, without the server where there is only one, of
 * `[a-z0-9_]` alone (three clients drop names that differ in nothing but `.`, `/`, `:` or case; docs/serve.md). A name
 * that would be too long, or the same as another's, ends with a hash of its origin. The same servers with the same names
 * give the same map, in whatever order they come; no two origins share a name.
 */
export function nameMap(servers: readonly ServerNames[]): NameMap {
  const origins = servers.flatMap(({ server, names }) =>
    [...new Set(names)].map((name) => ({ server, name })),
  );
  const wanted = origins.map((origin) => ({ origin, name: readable(origin, servers.length > 1) }));
  const shown = new Map<string, string>();
  const back = new Map<string, Origin>();
  const give = (origin: Origin, name: string): void => {
    shown.set(keyOf(origin), name);
    back.set(name, origin);
  };
  const late: Origin[] = [];
  for (const [name, group] of Map.groupBy(wanted, (one) => one.name)) {
    const fitting = name.length <= maxNameLength ? group : [];
    const keeper = fitting.length === 1 ? fitting[0] : onlyExact(fitting);
    if (keeper !== undefined) give(keeper.origin, name);
    late.push(...group.filter((one) => one !== keeper).map(({ origin }) => origin));
  }
  for (const origin of late.toSorted(byKey)) give(origin, withTail(origin, { servers, taken: back }));
  return {
    origin: (name) => back.get(name),
    shown: (origin) => shown.get(keyOf(origin)),
  };
}

interface Wanted {
  readonly origin: Origin;
  readonly name: string;
}

/** Of several that come to the same, the one that nothing was changed in, if there is one such. */
function onlyExact(group: readonly Wanted[]): Wanted | undefined {
  const exact = group.filter(({ origin, name }) => name.endsWith(origin.name));
  return exact.length === 1 ? exact[0] : undefined;
}

function withTail(
  origin: Origin,
  {
    servers,
    taken,
  }: { readonly servers: readonly ServerNames[]; readonly taken: ReadonlyMap<string, Origin> },
): string {
  const start = readable(origin, servers.length > 1).slice(0, maxNameLength - tailLength - 1);
  for (let round = 0; ; round += 1) {
    const name = `${start}_${tail(origin, round)}`;
    if (!taken.has(name)) return name;
  }
}

function tail(origin: Origin, round: number): string {
  const text = round === 0 ? keyOf(origin) : `${keyOf(origin)}\0${String(round)}`;
  return createHash('sha256').update(text).digest('hex').slice(0, tailLength);
}

/** `getUserURL` reads `get_user_url`: lower case without losing where its words begin. */
function readable({ server, name }: Origin, withServer: boolean): string {
  const own = plain(
    name.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1_$2'),
  );
  const whole = withServer ? `${plain(server)}_${own}` : own;
  return /^[0-9]/.test(whole) ? `_${whole}` : whole;
}

function plain(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9_]+/g, '_') || '_';
}

function keyOf({ server, name }: Origin): string {
  return `${server}\0${name}`;
}

function byKey(a: Origin, b: Origin): number {
  return keyOf(a) < keyOf(b) ? -1 : 1;
}
