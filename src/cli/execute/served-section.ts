import { isDeepStrictEqual } from 'node:util';
import { isReference, type ServerStart } from '../../clients/client-entry.ts';
import type { Client } from '../../clients/client.ts';
import { McpcatError } from '../../lib/errors.ts';
import { ownValue } from '../../lib/own-value.ts';
import { looksSecret } from '../../profile/secret-value.ts';
import type { Invocation, Options } from '../command.ts';
import { spec as run } from '../commands/run.ts';
import { mountRequests } from '../mount-option.ts';
import { parse } from '../parse.ts';
import { serverToRun } from './run-server.ts';
import { carriedOptions, carriedVariables, isCarried } from './start-carried.ts';

/** A server's section of a profile, as far as the start of an entry says it. */
export interface ServedSection {
  readonly settings?: Readonly<Record<string, string>>;
  readonly mounts?: Readonly<Record<string, string | readonly string[]>>;
  readonly args?: readonly string[];
}

export interface Served {
  /** Its name in the catalog. */
  readonly server: string;
  readonly section: ServedSection;
}

/** An entry of ours as a client has it, or as it would get it. */
export interface OwnEntry {
  readonly client: Client | undefined;
  readonly start: ServerStart;
}

/** What one server's section of a profile can say; all else is one server's alone. */
const sayable: ReadonlySet<string> = new Set(['env', 'mount', 'catalog', 'engine', 'quiet']);

/**
 * What a start `run NAME …` comes to as a section of a profile; a text says why no profile of this command's catalog and
 * engine could hold it. Nothing of the start is left out without a word.
 */
export async function servedSection(entry: OwnEntry, invocation: Invocation): Promise<Served | string> {
  try {
    const { options, positionals, rest } = parse(run, entry.start.args.slice(1));
    const [server, ...more] = positionals;
    if (server === undefined || more.length > 0) return 'it starts something else than one server';
    const other = Object.keys(run.options).find((name) => !sayable.has(name) && isGiven(options, name));
    if (other !== undefined) return `a profile can’t say its option ${other}`;
    if (!isDeepStrictEqual(carriedOptions({ ...invocation, options }), carriedOptions(invocation)))
      return 'it takes another catalog or engine';
    const settings = await settingsIn(entry, { options, server, invocation });
    if (typeof settings === 'string') return settings;
    return { server, section: said({ settings, mounts: mountsIn(options), args: rest }) };
  } catch (error) {
    if (error instanceof McpcatError) return error.message;
    throw error;
  }
}

function isGiven(options: Options, name: string): boolean {
  return options.flag(name) || options.text(name) !== undefined || options.list(name).length > 0;
}

interface Context {
  readonly options: Options;
  readonly server: string;
  readonly invocation: Invocation;
}

/** Settings of the entry; what the client fills in, what is secret and what this machine would do otherwise is refused. */
async function settingsIn(
  { client, start }: OwnEntry,
  { options, server, invocation }: Context,
): Promise<Readonly<Record<string, string>> | string> {
  const { declared } = await serverToRun({ ...invocation, options }, server);
  const present = carriedVariables(invocation.terminal);
  const settings: Record<string, string> = {};
  const typed = options.list('env').map((text): readonly [string, string | undefined] => {
    const at = text.indexOf('=');
    return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
  });
  for (const [name, value] of [...Object.entries(start.env), ...typed]) {
    const setting = ownValue(declared.env, name);
    if (setting === undefined) {
      if (isCarried(name) && present[name] === value) continue;
      return `it sets ${name}, which is no setting of ${server}`;
    }
    if (value === undefined || (client !== undefined && isReference(client, value)))
      return `its client fills in ${name}`;
    if (setting.secret === true || looksSecret(name, value))
      return `it holds ${name}, which belongs into the store (mcpcat secret set ${server} ${name})`;
    settings[name] = value;
  }
  return settings;
}

function mountsIn(options: Options): Record<string, string | readonly string[]> {
  const texts = mountRequests(options.list('mount')).map(({ name, hostPath, mode }) => ({
    name,
    text: `${hostPath}${mode === undefined ? '' : `:${mode}`}`,
  }));
  return Object.fromEntries(
    [...Map.groupBy(texts, ({ name }) => name)].map(([name, given]) => {
      const [first = '', ...more] = given.map(({ text }) => text);
      return [name, more.length === 0 ? first : [first, ...more]];
    }),
  );
}

function said({ settings = {}, mounts = {}, args = [] }: ServedSection): ServedSection {
  return {
    ...(Object.keys(settings).length === 0 ? {} : { settings }),
    ...(Object.keys(mounts).length === 0 ? {} : { mounts }),
    ...(args.length === 0 ? {} : { args }),
  };
}
