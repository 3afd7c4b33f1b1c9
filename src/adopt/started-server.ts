import type { Entry } from '../catalog/entry.ts';
import type { ServerStart } from '../clients/client-entry.ts';
import { McpcatError } from '../lib/errors.ts';
import { programOf } from '../pasted/command-line.ts';
import { wantedOf } from '../pasted/wanted.ts';
import { unwrapped } from '../pasted/wrappers.ts';
import { pypiName } from '../upstream/pypi-name.ts';
import { containerRun } from './container-run.ts';
import type { StartedServer } from './started.ts';

/** Undefined for what starts neither a package nor a program of its own: a script, a file of a project. */
export function startedServer(start: ServerStart): StartedServer | undefined {
  const found = startedByWords(start);
  const { handedOn = [] } = start;
  return found && { ...found, handedOn: [...found.handedOn, ...handedOn] };
}

function startedByWords({ command, args, env }: ServerStart): StartedServer | undefined {
  const line = unwrappedOrNone([command, ...args]);
  if (line === undefined) return undefined;
  const [program = '', ...rest] = line.words;
  const name = programOf(program);
  const given = { ...env, ...line.env };
  if (/^(docker|podman|nerdctl)$/.test(name)) return containerRun(rest, given);
  const installed = /[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(
    line.words.slice(0, 2).join(' '),
  )?.[1];
  if (installed !== undefined && !/^\.bin$/.test(installed))
    return none({
      source: `npm:${installed.replace('\\', '/')}`,
      args: /^node$/.test(name) ? rest.slice(1) : rest,
      env: given,
    });
  try {
    const found = wantedOf(line.words);
    return {
      ...none({ source: sourceName(found.source), args: found.args, env: { ...given, ...found.env } }),
      version: versionOf(found.source),
    };
  } catch (error) {
    if (!(error instanceof McpcatError)) throw error;
    // A program of its own, installed somewhere: known by its name alone.
    return /^[\w][\w.-]*$/.test(name) && !runtimes.test(name)
      ? none({ source: `program:${name}`, args: rest, env: given })
      : undefined;
  }
}

const runtimes =
  /^(node|deno|bun|python[\d.]*|py|uv|uvx|npx|npm|pnpm|yarn|go|sh|bash|cmd|java|dotnet|ruby|tsx|ts-node|mcpcat)$/;

type Known = Pick<StartedServer, 'source' | 'args' | 'env'>;

function none(known: Known): StartedServer {
  return {
    ...known,
    version: undefined,
    folders: new Map(),
    readOnly: new Set(),
    volumes: [],
    envFiles: [],
    handedOn: [],
  };
}

function unwrappedOrNone(words: readonly string[]): ReturnType<typeof unwrapped> | undefined {
  try {
    return unwrapped(words);
  } catch (error) {
    if (error instanceof McpcatError) return undefined;
    throw error;
  }
}

/** `npm:@a/b@1.2` → `npm:@a/b`. */
export function sourceName(source: string): string {
  return source.replace(/(?<=^[a-z]+:.+)@[^@/]*$/, '');
}

function versionOf(source: string): string | undefined {
  return /^[a-z]+:.+@([^@/]+)$/.exec(source)?.[1];
}

/** The entry of the catalog that is this server; undefined if none is. */
export function entryFor(
  { source }: Pick<StartedServer, 'source'>,
  entries: readonly Entry[],
): Entry | undefined {
  const [kind = '', ...rest] = source.split(':');
  const name = rest.join(':');
  if (kind === 'image') return entries.find((entry) => isImageOf(entry, name));
  if (kind === 'program') return entries.find(({ command }) => command[0] === name);
  return entries.find((entry) => {
    const own = sourceName(entry.source);
    return kind === 'go' ? own === source || own.startsWith(`${source}/`) : sameName(own, source);
  });
}

function sameName(own: string, other: string): boolean {
  // What npm calls the package of one system, which the one without a system starts.
  const normal = (text: string): string =>
    text.startsWith('pypi:') ? pypiName(text) : text.replace(/-linux-(?:amd64|x64)$/, '');
  return normal(own) === normal(other);
}

/** `mcp/NAME` of Docker's own catalog, or an image that lies under the name of the entry's repository. */
function isImageOf({ name, repository }: Entry, reference: string): boolean {
  const place = reference
    .replace(/@.*$/, '')
    .replace(/:[^/]*$/, '')
    .replace(/^docker\.io\//, '');
  const plain = (text: string): string => text.replaceAll('-', '');
  if (plain(place) === plain(`mcp/${name}`)) return true;
  const owned = /^https:\/\/github\.com\/(.+?)(?:\.git)?\/?$/.exec(repository ?? '')?.[1]?.toLowerCase();
  return owned !== undefined && place.replace(/^ghcr\.io\//, '').toLowerCase() === owned;
}
