import path from 'node:path';
import type { Entry } from '../catalog/entry.ts';
import { ownValue } from '../lib/own-value.ts';
import type { StartedServer } from './started.ts';

export type Mount = readonly [name: string, folder: string, mode: 'ro' | 'rw'];

export interface AdoptedSettings {
  readonly plain: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** What settings named by its path, and the entry takes as a mount. */
  readonly mounts: readonly Mount[];
  /** What the options of the line said of settings is not among these. */
  readonly args: readonly string[];
  readonly lost: readonly string[];
}

interface SettingsContext {
  readonly isReference: (text: string) => boolean;
  /** What of this machine a text names; undefined if nothing. */
  readonly hostFolder: (text: string) => string | undefined;
}

/** Where the settings of a start go, those of the environment before those of options. */
export function adoptedSettings(
  entry: Entry,
  started: StartedServer,
  { isReference, hostFolder }: SettingsContext,
): AdoptedSettings {
  const [lost, mounts]: [string[], Mount[]] = [[], []];
  const plain: Record<string, string> = {};
  const secrets: Record<string, string> = {};
  for (const [name, value] of Object.entries(started.env)) {
    const declared = ownValue(entry.env, name);
    if (declared === undefined) {
      if (!harmless.test(name)) lost.push(`it sets ${name}, which the entry does not declare`);
    } else if (value === '') continue;
    else if (declared.secret === true && !isReference(value)) secrets[name] = value;
    else if (!isPath(declared, value)) plain[name] = value;
    else {
      const mount = mountOf(entry, declared, hostFolder(value));
      if (mount === undefined)
        lost.push(`${name} names ${value}, which is not in the container: what is there stays where it is`);
      else mounts.push(mount);
    }
  }
  const { settings, args } = settingsOfArgs(entry, started.args);
  for (const [name, value] of settings) {
    if (entry.env[name]?.secret === true) secrets[name] ??= value;
    else plain[name] ??= value;
  }
  return { plain, secrets, mounts, args, lost };
}

/** They mean something to what started the server so far, not to the server. */
const harmless =
  /^(PATH|HOME|USER|LANG|LC_\w+|TERM|SHELL|NODE_ENV|NODE_OPTIONS|npm_config_\w+|UV_\w+|PYTHONUNBUFFERED|PYTHONPATH|PIP_\w+|GOPATH|GOPROXY|DOCKER_\w+|XDG_\w+|APPDATA|LOCALAPPDATA|SystemRoot|USERPROFILE|TZ)$/i;

type Declared = Entry['env'][string];

/** Another place than the container's own: the entry says of the setting that it names a file or folder in there. */
function isPath({ default: own, description }: Declared, value: string): boolean {
  if (value === own || !/^(\/|~|\$HOME|\$\{HOME\}|[A-Za-z]:[\\/]|\\\\)/.test(value)) return false;
  return own?.startsWith('/') === true || /\b(file|folder)\b/i.test(description);
}

/** The mount that the setting names in the container if nobody sets it. */
function mountOf(
  { permissions }: Entry,
  { default: own }: Declared,
  folder: string | undefined,
): Mount | undefined {
  if (own === undefined || folder === undefined || /^[~$]/.test(folder)) return undefined;
  const found = permissions.mounts.find(({ target }) => path.posix.normalize(own) === target);
  return found === undefined ? undefined : [found.name, folder, found.mode];
}

/**
 * Options that say what a setting of the entry says: `--figma-api-key=x` is FIGMA_API_KEY. A key belongs into the store,
 * not into the arguments, which every user of the machine may read.
 */
function settingsOfArgs(
  entry: Entry,
  args: readonly string[],
): { readonly settings: readonly (readonly [string, string])[]; readonly args: readonly string[] } {
  const settings: (readonly [string, string])[] = [];
  const rest: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? '';
    const [, option, inline] = /^--([\w-]+)(?:=(.+))?$/s.exec(word) ?? [];
    const next = args[at + 1];
    const value = inline ?? (next === undefined || next.startsWith('-') ? undefined : next);
    const name = option === undefined || value === undefined ? undefined : secretOf(entry, option);
    if (name === undefined || value === undefined) rest.push(word);
    else {
      settings.push([name, value]);
      if (inline === undefined) at += 1;
    }
  }
  return { settings, args: rest };
}

/** The one secret of the entry that an option can mean: by its whole name, or by the end of it. */
function secretOf(entry: Entry, option: string): string | undefined {
  const wanted = option.toUpperCase().replaceAll('-', '_');
  const secrets = Object.keys(entry.env).filter((name) => entry.env[name]?.secret === true);
  const ends = secrets.filter((name) => name.endsWith(`_${wanted}`));
  return secrets.includes(wanted) ? wanted : ends.length === 1 ? ends[0] : undefined;
}
