import path from 'node:path';
import type { Entry } from '../catalog/entry.ts';
import { ownValue } from '../lib/own-value.ts';
import { isPlaceholder } from './placeholder.ts';
import { settingOptions } from './setting-options.ts';
import type { StartedServer } from './started.ts';
import { isInside } from './volume-folder.ts';

export type Mount = readonly [name: string, folder: string, mode: 'ro' | 'rw'];

export interface AdoptedSettings {
  readonly plain: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** Settings of the entry that only have a placeholder, which is stored nowhere, and what it is. */
  readonly unfilled: Readonly<Record<string, string>>;
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
  const unfilled: Record<string, string> = {};
  const options = settingOptions(entry, started.args);
  const given = new Map([...options.settings.toReversed(), ...Object.entries(started.env)]);
  for (const [name, value] of given) {
    const declared = ownValue(entry.env, name);
    if (declared === undefined) {
      if (!harmless.test(name)) lost.push(`it sets ${name}, which the entry does not declare`);
    } else if (value === '') continue;
    else if (isReference(value) && !isPath(declared, value)) plain[name] = value;
    else if (isUnfilled(name, declared, value)) unfilled[name] = value;
    else if (declared.secret === true) secrets[name] = value;
    else if (!isPath(declared, value)) plain[name] = value;
    else {
      const mount = mountOf(entry, declared, hostFolder(value));
      if (mount === undefined)
        lost.push(`${name} names ${value}, which is not in the container: what is there stays where it is`);
      else {
        const [known, folder, mode] = mount;
        mounts.push([known, folder, isInside(folder, started.readOnly) ? 'ro' : mode]);
      }
    }
  }
  return { plain, secrets, unfilled, mounts, args: options.args, lost };
}

/** They mean something to what started the server so far, not to the server. */
const harmless =
  /^(PATH|HOME|USER|LANG|LC_\w+|TERM|SHELL|NODE_ENV|NODE_OPTIONS|NODE_PATH|npm_config_\w+|UV_\w+|PYTHONUNBUFFERED|PYTHONPATH|PYTHONIOENCODING|PYTHONUTF8|PIP_\w+|GOPATH|GOPROXY|DOCKER_\w+|XDG_\w+|APPDATA|LOCALAPPDATA|SystemRoot|USERPROFILE|TZ)$/i;

type Declared = Entry['env'][string];

function isUnfilled(name: string, { secret, example }: Declared, value: string): boolean {
  return isPlaceholder({ name, value, isSecret: secret === true, example });
}

/** Also with the folder in front that a client fills in: it is one of this machine all the same. */
const pathForm =
  /^(\/|~|\.{1,2}[\\/]|\$HOME(?=[\\/]|$)|\$\{(?:HOME|env:HOME|userHome|workspaceFolder|workspaceRoot)\}|[A-Za-z]:[\\/]|\\\\)/;

/** Another place than the container's own: the entry says of the setting that it names a file or folder in there. */
function isPath({ default: own, description, secret }: Declared, value: string): boolean {
  if (secret === true || value === own || !pathForm.test(value)) return false;
  return own?.startsWith('/') === true || /\b(file|folder)\b/i.test(description);
}

/** The mount that the setting names in the container if nobody sets it. */
function mountOf(
  { permissions }: Entry,
  { default: own }: Declared,
  folder: string | undefined,
): Mount | undefined {
  if (own === undefined || folder === undefined) return undefined;
  const found = permissions.mounts.find(({ target }) => path.posix.normalize(own) === target);
  return found === undefined ? undefined : [found.name, folder, found.mode];
}
