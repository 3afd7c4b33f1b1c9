import { ownValue } from '../lib/own-value.ts';
import type { LockedServer, LockedServers } from './mcp-lock.ts';

/** One way in which a server is not what the lock says: one line for people. */
export interface Drift {
  readonly server: string;
  readonly change: string;
}

/** What differs between a lock and what is there now; a server that one of them lacks counts too. */
export function driftOf(locked: LockedServers, now: LockedServers): Drift[] {
  const names = [...new Set([...Object.keys(locked), ...Object.keys(now)])].toSorted();
  return names.flatMap((server) => {
    const [before, after] = [ownValue(locked, server), ownValue(now, server)];
    if (before === undefined) return [{ server, change: 'is used and not in the lock' }];
    if (after === undefined) return [{ server, change: 'is in the lock and no longer there' }];
    return changesOf(before, after).map((change) => ({ server, change }));
  });
}

function changesOf(before: LockedServer, after: LockedServer): string[] {
  return [
    ...differing('source', before.source, after.source),
    ...differing('version', before.version, after.version),
    ...differing('image', imageText(before), imageText(after)),
    ...toolChanges(before.tools, after.tools),
    ...permissionChanges(before.permissions, after.permissions),
  ];
}

function differing(what: string, before: string | null, after: string | null): string[] {
  return before === after ? [] : [`${what}: ${before ?? 'none'} → ${after ?? 'none'}`];
}

function imageText({ image }: LockedServer): string | null {
  if (image === null) return null;
  return image.repository === null ? image.digest : `${image.repository}@${image.digest}`;
}

function toolChanges(before: LockedServer['tools'], after: LockedServer['tools']): string[] {
  if (before === null || after === null)
    return before === after ? [] : [`tools: ${before === null ? 'now listed' : 'no longer listed'}`];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
  return names.flatMap((name) => {
    if (!Object.hasOwn(before, name)) return [`tool ${name} is new`];
    if (!Object.hasOwn(after, name)) return [`tool ${name} is gone`];
    return before[name] === after[name] ? [] : [`tool ${name} has changed`];
  });
}

type Permissions = LockedServer['permissions'];

function permissionChanges(before: Permissions, after: Permissions): string[] {
  const lists = ['network', 'writable', 'settings', 'secrets'] as const;
  const places = ['mounts', 'state'] as const;
  const numbers = ['memoryBytes', 'cpus', 'pids', 'shmBytes'] as const;
  return [
    ...lists.flatMap((key) => listChanges(key, before[key], after[key])),
    ...places.flatMap((key) => listChanges(key, placeTexts(before[key]), placeTexts(after[key]))),
    ...numbers.flatMap((key) => differing(key, String(before[key]), String(after[key]))),
  ];
}

function placeTexts(places: Readonly<Record<string, string>>): string[] {
  return Object.entries(places).map(([name, text]) => `${name} (${text})`);
}

function listChanges(what: string, before: readonly string[], after: readonly string[]): string[] {
  return [
    ...after.filter((item) => !before.includes(item)).map((item) => `${what}: + ${item}`),
    ...before.filter((item) => !after.includes(item)).map((item) => `${what}: - ${item}`),
  ];
}
