import type { Guarantee } from '../engine/engine.ts';
import { foldersBelowHome } from '../host/folders-below-home.ts';
import type { Env, Host } from '../host/host.ts';
import { McpcatError } from '../lib/errors.ts';
import type { Mirrors } from '../lib/mirrors.ts';
import type { NetworkSettings } from '../lib/proxy.ts';
import { acceptMissingIn } from './accept-missing.ts';
import { JsonFault, placeOf, readJson, type Json } from './json.ts';
import { isolationIn, type AskedIsolation } from './isolation.ts';
import { mirrorsIn } from './mirrors.ts';
import { networkIn, networkKeys } from './network.ts';
import { membersOf, refuse } from './problems.ts';
import { secretCommandIn } from './secret-command.ts';
import { readUserFile } from './user-file.ts';

/** Where the user's files are looked for. */
export interface Places {
  readonly env: Env;
  readonly host: Host;
}

/** The user's settings file: what it says of each server, not yet checked. */
export interface Settings {
  readonly file: string;
  readonly servers: ReadonlyMap<string, { readonly at: number; readonly value: Json }>;
  /** How this machine's network is left. */
  readonly network: NetworkSettings;
  /** Where what is fetched comes from instead of the public places. */
  readonly mirrors: Mirrors;
  /** What holds every server in besides the engine's default. */
  readonly isolation: AskedIsolation | undefined;
  /** Words of the program that turns references into secrets. */
  readonly secretCommand: readonly string[] | undefined;
  /** Limits that a start may do without where the engine lacks them. */
  readonly acceptMissing: readonly Guarantee[];
  /** Who signs which catalogs and bundles: read by `catalog-pins`, which a launch mostly does without. */
  readonly catalogs: Json | undefined;
  readonly bundleSigners: Json | undefined;
  /** `FILE:LINE:COLUMN` of an offset. */
  readonly place: (at: number) => string;
}

/** The settings file in each of the folders. */
export function settingsFiles(places: Places): readonly string[] {
  return configFolders(places).map((folder) => places.host.path.join(folder, 'settings.json'));
}

/**
 * Where the user's files are looked for: in the folder that the environment names, in the one that the system has
 * for it, and in `~/.config`. A client that withholds XDG_CONFIG_HOME or APPDATA must not undo a restriction, so all
 * that are there hold (docs/decisions/0018-settings-without-the-environment.md).
 */
export function configFolders({ env, host }: Places): readonly string[] {
  const home = host.home(env);
  const folders = [
    host.folders(env).config,
    foldersBelowHome({ env, host }).config,
    host.path.join(home, '.config', 'mcpcat'),
  ];
  return [...new Set(folders)];
}

/**
 * Those files that are there. Throws `usage` with line and column, or `io-failed` if one can't be read: it might
 * forbid something.
 */
export function readSettings(places: Places): readonly Settings[] {
  return settingsFiles(places).flatMap((file) => settingsOf(file) ?? []);
}

function settingsOf(file: string): Settings | undefined {
  const text = readUserFile(file, 'settings file');
  if (text === undefined) return undefined;
  const place = (at: number): string => `${file}:${placeOf(text, at)}`;
  const root = parse(text, place);
  const { members, problems } = membersOf(root, {
    what: 'the file',
    keys: [
      '$schema',
      'servers',
      'isolation',
      'secretCommand',
      ...networkKeys,
      'mirrors',
      'acceptMissing',
      'catalogs',
      'bundleSigners',
    ],
  });
  const servers = members.get('servers')?.value;
  const named = servers === undefined ? undefined : membersOf(servers, { what: 'servers' });
  const network = networkIn(members);
  const { mirrors, problems: wrong } = mirrorsIn(members.get('mirrors')?.value);
  const isolation = isolationIn(members.get('isolation'));
  const secretCommand = secretCommandIn(members.get('secretCommand'));
  const acceptMissing = acceptMissingIn(members.get('acceptMissing'));
  refuse(place, [
    ...[...problems, ...(named?.problems ?? []), ...network.problems, ...wrong],
    ...[...isolation.problems, ...secretCommand.problems, ...acceptMissing.problems],
  ]);
  return {
    file,
    servers: named?.members ?? new Map(),
    network: network.settings,
    mirrors,
    isolation: isolation.found,
    secretCommand: secretCommand.found,
    acceptMissing: acceptMissing.found,
    catalogs: members.get('catalogs')?.value,
    bundleSigners: members.get('bundleSigners')?.value,
    place,
  };
}

function parse(text: string, place: (at: number) => string): Json {
  try {
    return readJson(text);
  } catch (error) {
    if (error instanceof JsonFault)
      throw new McpcatError('usage', `${place(error.at)}: ${error.message}`, { cause: error });
    throw error;
  }
}
