import type { Client, Scope } from '../clients/client.ts';
import { clientEntry, type ServerStart } from '../clients/client-entry.ts';
import { clientFile, clientPlace, type Surroundings } from '../clients/client-files.ts';
import { readConfig } from '../clients/config-file.ts';
import type { NamedEntry, ServersPlace } from '../clients/text/config-text.ts';
import { putServer, readServers, removeServer } from '../clients/text/edit.ts';
import { McpcatError } from '../lib/errors.ts';
import { isOurs } from './ours.ts';

/** What a command would do to a client's file, or to a file of ours beside it. Nothing is written yet. */
export interface PlannedChange {
  readonly client: Pick<Client, 'id' | 'title'>;
  /** As the client names it, and where it really lies. */
  readonly path: string;
  readonly file: string;
  /** Undefined: there is none. */
  readonly before: string | undefined;
  readonly after: string;
}

export interface Target {
  readonly client: Client;
  readonly scope: Scope;
  readonly around: Surroundings;
}

/** A server as it is to be installed. */
export interface Installation {
  /** What the client calls it. */
  readonly name: string;
  readonly start: ServerStart;
  /** An entry of this name that is not ours gives way: a person has seen both. */
  readonly replaces?: boolean;
}

/**
 * Throws `client-file-invalid` with the file in front, `entry-refused` if there is an entry of one of the names that
 * is none of ours: what somebody else put there is not overwritten. `instead` are names of entries of ours that the new
 * ones stand for.
 */
export async function planInstall(
  target: Target,
  servers: readonly Installation[],
  instead: readonly string[] = [],
): Promise<PlannedChange> {
  const { format } = target.client;
  return planned(target, (text, place) =>
    servers.reduce(
      (result, { name, start, replaces }) => {
        const old = readServers(format, result, place).get(name);
        if (old !== undefined && replaces !== true && !isOurs(target.client, old))
          throw occupied(target.client, name);
        const { entry } = clientEntry(target.client, name, start);
        return putServer(
          format,
          { text: result, place },
          { name, entry: renewed(target.client, { old, entry }) },
        );
      },
      withoutOurs({ client: target.client, place }, text, instead),
    ),
  );
}

/**
 * What a person or the client has added to an entry stays, and so does what they chose of it: a server that is switched
 * off, the tools that it may show, a longer time to start. What it starts, and with which settings, does not. In the order
 * of the old one, so that installing the same again changes nothing.
 */
function renewed(
  { form, place }: Client,
  { old, entry }: { readonly old: unknown; readonly entry: NamedEntry['entry'] },
): NamedEntry['entry'] {
  // Also the older forms of these, which `startOfEntry` reads.
  const ours = new Set(['command', form.command, 'args', form.env, 'transport']);
  const kept = Object.entries(typeof old === 'object' && old !== null ? old : {}).filter(
    ([key]) => Object.hasOwn(entry, key) || !ours.has(key),
  );
  const chosen = kept.filter(
    ([key, value]) =>
      (Object.hasOwn(form.fixed, key) && !/^(?:type|transport)$/.test(key)) ||
      (key === 'name' && !place.isList) ||
      (key === form.startTimeout?.key && Number(value) > Number(entry[key])),
  );
  return { ...Object.fromEntries(kept), ...entry, ...Object.fromEntries(chosen) };
}

export async function planUninstall(target: Target, names: readonly string[]): Promise<PlannedChange> {
  return planned(target, (text, place) => withoutOurs({ client: target.client, place }, text, names));
}

function withoutOurs(
  { client, place }: { readonly client: Client; readonly place: ServersPlace },
  text: string,
  names: readonly string[],
): string {
  const { format } = client;
  return names.reduce((result, name) => {
    const old = readServers(format, result, place).get(name);
    if (old !== undefined && !isOurs(client, old)) throw occupied(client, name);
    return removeServer(format, { text: result, place }, name);
  }, text);
}

function occupied({ title }: Client, name: string): McpcatError {
  return new McpcatError(
    'entry-refused',
    `${title} has a server "${name}" already that does not start mcpcat`,
    {
      hint: 'it stays as it is; take it out first, or install under another name',
      inputs: [{ name: 'name' }],
    },
  );
}

async function planned(
  { client, scope, around }: Target,
  change: (text: string, place: ServersPlace) => string,
): Promise<PlannedChange> {
  const path = clientFile(client, scope, around);
  if (path === undefined)
    throw new McpcatError(
      'usage',
      `${client.title} has no file of the scope "${scope}" that mcpcat knows on this system`,
    );
  const { file, text } = await readConfig(path);
  try {
    return {
      client,
      path,
      file,
      before: text,
      after: change(text ?? '', clientPlace(client, scope, around)),
    };
  } catch (error) {
    if (!(error instanceof McpcatError) || error.code !== 'client-file-invalid') throw error;
    throw new McpcatError(error.code, `${path}: ${error.message}`, { hint: error.hint ?? '', cause: error });
  }
}
