import type { Entry } from '../catalog/entry.ts';
import { ownValue } from '../lib/own-value.ts';
import type { StartedServer } from './started.ts';

/** The same server as an entry of ours: what goes where. */
export interface AdoptedStart {
  readonly server: string;
  /** Options of `run` and the server's own arguments. */
  readonly args: readonly string[];
  /** Settings for the client's file. */
  readonly plain: Readonly<Record<string, string>>;
  /** Names of those that the client fills in. */
  readonly references: readonly string[];
  /** Settings for the store. */
  readonly secrets: Readonly<Record<string, string>>;
  /** What can't be carried over, one sentence each; with any of them it is not adopted unless a person says so. */
  readonly lost: readonly string[];
}

export interface AdoptContext {
  /** Whether a text is a reference that the client fills in (`${input:key}`, `$KEY`): such a value stays where it is. */
  readonly isReference: (text: string) => boolean;
  readonly isAbsolute: (path: string) => boolean;
}

/** Arguments become mounts and settings as far as the entry declares them; the rest stays the server's own. */
export function adoptedStart(entry: Entry, started: StartedServer, context: AdoptContext): AdoptedStart {
  const lost: string[] = [];
  const plain: Record<string, string> = {};
  const secrets: Record<string, string> = {};
  for (const [name, value] of Object.entries(started.env)) {
    const declared = ownValue(entry.env, name);
    if (declared === undefined) {
      if (!harmless.test(name)) lost.push(`it sets ${name}, which the entry does not declare`);
    } else if (value === '') continue;
    else if (declared.secret === true && !context.isReference(value)) secrets[name] = value;
    else plain[name] = value;
  }
  for (const volume of started.volumes)
    lost.push(`it keeps data in the volume ${volume}, which stays where it is`);
  const { settings, args } = settingsOfArgs(entry, started.args);
  for (const [name, value] of settings) {
    if (entry.env[name]?.secret === true) secrets[name] ??= value;
    else plain[name] ??= value;
  }
  const { mounts, own } = mountsAndOwn(entry, { ...started, args }, { context, lost });
  const missing = entry.permissions.mounts.filter(
    ({ name, required }) => required && !mounts.some(([mount]) => mount === name),
  );
  for (const { name } of missing)
    lost.push(`the entry needs a folder for its mount "${name}", and the line names none`);
  return {
    server: entry.name,
    args: [
      'run',
      entry.name,
      ...mounts.flatMap(([name, folder, mode]) => [
        '--mount',
        `${name}=${folder}${mode === 'rw' ? ':rw' : ''}`,
      ]),
      ...(own.length === 0 ? [] : ['--', ...own]),
    ],
    plain,
    references: Object.keys(plain).filter((name) => context.isReference(plain[name] ?? '')),
    secrets,
    lost,
  };
}

/** They mean something to what started the server so far, not to the server. */
const harmless =
  /^(PATH|HOME|USER|LANG|LC_\w+|TERM|SHELL|NODE_ENV|NODE_OPTIONS|npm_config_\w+|UV_\w+|PYTHONUNBUFFERED|PYTHONPATH|PIP_\w+|GOPATH|GOPROXY|DOCKER_\w+|XDG_\w+|APPDATA|LOCALAPPDATA|SystemRoot|USERPROFILE|TZ)$/i;

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

type Mount = readonly [name: string, folder: string, mode: 'ro' | 'rw'];

interface Places {
  readonly context: AdoptContext;
  readonly lost: string[];
}

function mountsAndOwn(
  entry: Entry,
  { args, folders, source }: StartedServer,
  { context, lost }: Places,
): { readonly mounts: readonly Mount[]; readonly own: readonly string[] } {
  const declared = entry.permissions.mounts;
  const mounts: Mount[] = [];
  const own: string[] = [];
  const inside = new Map<string, string>(folders);
  const fixed = withoutFixed(entry, args);
  /** The folder of the host that an argument names: of a container it names the target. */
  const hostFolder = (text: string): string | undefined =>
    source.startsWith('image:')
      ? [...inside].find(([target]) => text === target || text.startsWith(`${target}/`))?.[1]
      : context.isAbsolute(text) || /^(~|\$HOME|\$\{HOME\})([\\/]|$)/.test(text)
        ? text
        : undefined;
  const give = (folder: string): string | undefined => {
    const free = declared.find(
      ({ name, many }) => many === true || !mounts.some(([mount]) => mount === name),
    );
    if (free === undefined) {
      lost.push(`it is given ${folder}, and the entry has no mount for that`);
      return undefined;
    }
    if (/^[~$]/.test(folder)) lost.push(`${folder}: no program fills that in; write the whole path`);
    mounts.push([free.name, folder, free.mode]);
    return free.target;
  };
  for (const [index, word] of fixed.entries()) {
    const [, option, value] = /^(--?[\w-]+)=(.+)$/s.exec(word) ?? [];
    const folder = hostFolder(value ?? word);
    if (folder === undefined) {
      own.push(word);
      continue;
    }
    const target = give(folder);
    const follows = /^--?[\w-]+$/.test(fixed[index - 1] ?? '') && value === undefined;
    // A folder that stands alone is one that the entry's own arguments name already.
    if (target !== undefined && (option !== undefined || follows))
      own.push(option === undefined ? target : `${option}=${target}`);
  }
  for (const folder of inside.values()) if (!mounts.some(([, given]) => given === folder)) give(folder);
  return { mounts, own };
}

/** What the entry's own arguments say is left out: the launcher says it. */
function withoutFixed(entry: Entry, args: readonly string[]): readonly string[] {
  const fixed = entry.args;
  return fixed.length > 0 && fixed.every((word, index) => args[index] === word)
    ? args.slice(fixed.length)
    : args;
}
