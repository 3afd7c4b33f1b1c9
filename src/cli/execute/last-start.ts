import { readFileSync } from 'node:fs';
import { foldersBelowHome } from '../../host/folders-below-home.ts';
import type { Env, Host } from '../../host/host.ts';
import { keepNow } from '../../lib/write-now.ts';

/** What a start of a server took from outside its command line: the same line may take others from another client. */
export interface Taken {
  /** Files, in order; those that exist. */
  readonly settings: readonly string[];
  readonly catalog: string;
  readonly engine: string;
  /** Folders and files whose SELinux label was changed. */
  readonly relabelled?: readonly string[];
}

export interface Places {
  readonly env: Env;
  readonly host: Host;
}

/**
 * One line on what differs from the last start of this server, undefined if nothing does or nothing is known of one.
 * Never an error: it is there for people who wonder.
 */
export function differenceText(server: string, taken: Taken, places: Places): string | undefined {
  const last = readLast(recordFile(server, places));
  if (last === undefined) return undefined;
  const parts = [
    difference('settings', settingsText(taken.settings), settingsText(last.settings)),
    difference('catalog', taken.catalog, last.catalog),
    difference('engine', taken.engine, last.engine),
  ].filter((part) => part !== undefined);
  return parts.length === 0
    ? undefined
    : `${server} was started with other sources than last time: ${parts.join('; ')}`;
}

/** What of these was not relabelled for this server at its last start: that is said once. */
export function newlyRelabelled(
  server: string,
  relabelled: readonly string[],
  places: Places,
): readonly string[] {
  const last = readLast(recordFile(server, places))?.relabelled ?? [];
  return relabelled.filter((place) => !last.includes(place));
}

/** For the next start; a folder that can't be written only costs that line. */
export function rememberStart(server: string, taken: Taken, places: Places): void {
  const file = recordFile(server, places);
  const known = readLast(file);
  if (known === undefined || JSON.stringify(known) !== JSON.stringify(taken)) keepNow(file, taken);
}

function difference(what: string, now: string, before: string): string | undefined {
  return now === before ? undefined : `${what} ${now} (last time ${before})`;
}

function settingsText(files: readonly string[]): string {
  return files.length === 0 ? 'of no file' : files.join(' and ');
}

/** Below the home, whatever the environment says: the very point is to see that it says something else. */
function recordFile(server: string, places: Places): string {
  const { data } = foldersBelowHome(places);
  return places.host.path.join(data, 'last-start', `${server}.json`);
}

function readLast(file: string): Taken | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof value !== 'object' || value === null) return undefined;
    const settings: unknown = Reflect.get(value, 'settings');
    const catalog: unknown = Reflect.get(value, 'catalog');
    const engine: unknown = Reflect.get(value, 'engine');
    if (!Array.isArray(settings) || typeof catalog !== 'string' || typeof engine !== 'string')
      return undefined;
    const relabelled: unknown = Reflect.get(value, 'relabelled');
    return {
      settings: textsOf(settings),
      catalog,
      engine,
      ...(Array.isArray(relabelled) ? { relabelled: textsOf(relabelled) } : {}),
    };
  } catch {
    return undefined;
  }
}

function textsOf(list: readonly unknown[]): string[] {
  return list.filter((text) => typeof text === 'string');
}
