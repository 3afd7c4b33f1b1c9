import type { Entry } from '../catalog/entry.ts';
import { McpcatError } from '../lib/errors.ts';
import { coversRule, parseHostRule } from '../lib/host-rule.ts';
import { nearest } from '../lib/nearest.ts';
import { bytesOf } from '../lib/size.ts';
import { limitProblems, networkProblems, type Given } from './checks.ts';
import { membersOf, refuse, type Problem } from './problems.ts';
import type { Settings } from './read.ts';

/** An entry as the user's settings file leaves it. */
export interface Restricted {
  /** May do at most what the catalog's entry may. */
  readonly entry: Entry;
  /** Where the file denies the network; then a host to allow is a contradiction, not an addition. */
  readonly denied: string | undefined;
  /** Those files that say something of this server. */
  readonly files: readonly string[];
}

const keys = ['network', 'denyNetwork', 'memory', 'cpus', 'pids'] as const;

/**
 * Applies the settings files to an entry: each narrows what the catalog declares, and the narrower of them holds.
 * Throws `usage` with file, line and column for whatever would widen it, and
 * for a section that is nearly this server's and no other's: a typing error must not undo a restriction.
 */
export function restricted(
  entry: Entry,
  settings: readonly Settings[],
  exists: (server: string) => boolean,
): Restricted {
  const each = settings.map((one) => narrowedBy(entry, one, exists)).filter(({ files }) => files.length > 0);
  const [first, ...more] = each;
  return first === undefined ? { entry, denied: undefined, files: [] } : more.reduce(both, first);
}

/** What two files leave of one entry. */
function both(one: Restricted, other: Restricted): Restricted {
  const [a, b] = [one.entry, other.entry];
  const network = commonHosts(a.permissions.network, b.permissions.network);
  return {
    entry: { ...a, permissions: { ...a.permissions, network }, limits: lowest(a.limits, b.limits) },
    denied: one.denied ?? other.denied,
    files: [...one.files, ...other.files],
  };
}

function lowest(a: Entry['limits'], b: Entry['limits']): Entry['limits'] {
  const less = bytesOf(a.memory, 'memory') <= bytesOf(b.memory, 'memory') ? a : b;
  return { memory: less.memory, cpus: Math.min(a.cpus, b.cpus), pids: Math.min(a.pids, b.pids) };
}

/** Hosts that both lists permit. */
function commonHosts(a: readonly string[], b: readonly string[]): string[] {
  const [inBoth, more] = [covered(a, b), covered(b, a)];
  return [...inBoth, ...more.filter((host) => !inBoth.includes(host))];
}

function covered(hosts: readonly string[], by: readonly string[]): string[] {
  const rules = by.map((host) => parseHostRule(host, ''));
  return hosts.filter((host) => rules.some((rule) => coversRule(rule, parseHostRule(host, ''))));
}

function narrowedBy(entry: Entry, settings: Settings, exists: (server: string) => boolean): Restricted {
  const section = settings.servers.get(entry.name);
  if (section === undefined) {
    refuse(settings.place, misspelt(entry.name, { settings, exists }));
    return { entry, denied: undefined, files: [] };
  }
  const { members, problems } = membersOf(section.value, { what: entry.name, keys });
  const given: Given = {
    network: members.get('network')?.value,
    denyNetwork: members.get('denyNetwork')?.value,
    memory: members.get('memory')?.value,
    cpus: members.get('cpus')?.value,
    pids: members.get('pids')?.value,
  };
  refuse(settings.place, [...problems, ...networkProblems(entry, given), ...limitProblems(entry, given)]);
  const deny = members.get('denyNetwork');
  const denies = deny?.value.kind === 'boolean' && deny.value.value;
  return {
    entry: apply(entry, given, denies),
    denied: denies ? settings.place(deny.at) : undefined,
    files: [settings.file],
  };
}

/** What has been checked. */
function apply(entry: Entry, { network, memory, cpus, pids }: Given, denies: boolean): Entry {
  const { permissions, limits } = entry;
  const hosts =
    network?.kind === 'array'
      ? network.items.flatMap((host) => (host.kind === 'text' ? host.value : []))
      : undefined;
  return {
    ...entry,
    permissions: { ...permissions, network: denies ? [] : (hosts ?? permissions.network) },
    limits: {
      memory: memory?.kind === 'text' ? memory.value : limits.memory,
      cpus: cpus?.kind === 'number' ? cpus.value : limits.cpus,
      pids: pids?.kind === 'number' ? pids.value : limits.pids,
    },
  };
}

/** A section for no server of this catalog, spelt nearly like this one. Another catalog's server is none of it. */
function misspelt(
  name: string,
  { settings, exists }: { settings: Settings; exists: (server: string) => boolean },
): Problem[] {
  return [...settings.servers].flatMap(([other, { at }]): Problem[] => {
    const contains = other.includes(name) || name.includes(other);
    if (contains || nearest(other, [name]).length === 0 || exists(other)) return [];
    return [
      {
        at,
        message: `servers: expected a server of the catalog, found "${other}"`,
        hint: `did you mean ${name}?`,
      },
    ];
  });
}

/** A standing order against the network is not lifted by an option that may come from a project's files. */
export function refuseAllow({ denied }: Pick<Restricted, 'denied'>, allow: readonly string[]): void {
  const [host] = allow;
  if (denied === undefined || host === undefined) return;
  throw new McpcatError('usage', `${denied}: denyNetwork stands there, and to allow ${host} contradicts it`, {
    hint: 'take one of them away',
    inputs: [{ name: 'allow', value: host }],
  });
}
