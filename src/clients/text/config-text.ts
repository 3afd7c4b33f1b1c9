export type ConfigFormat = 'json' | 'toml' | 'yaml';

/** Where a client's file keeps its servers. */
export interface ServersPlace {
  /** Keys from the top of the file to the collection of servers. */
  readonly keyPath: readonly string[];
  /** A list whose elements carry their name in `name`, rather than a map from name to entry. */
  readonly isList: boolean;
}

export interface NamedEntry {
  readonly name: string;
  /** Plain data: strings, numbers, booleans, arrays and objects of them. In a list it has its `name` in it. */
  readonly entry: Readonly<Record<string, unknown>>;
}

/**
 * A format of configuration files: text → text. Whatever was not asked for keeps its bytes: comments, order,
 * indentation, line ends, keys of others. Each throws `client-file-invalid` with line and column where the text does
 * not parse or holds the servers in a form that can't be edited without touching more.
 */
export interface ConfigText {
  /** All servers, in the order of the file. */
  readonly read: (text: string, place: ServersPlace) => ReadonlyMap<string, unknown>;
  /** Puts a server in, in the place of one of its name if there is one. */
  readonly put: (text: string, place: ServersPlace, server: NamedEntry) => string;
  /** Takes a server out; the text as it is if there is none of the name. */
  readonly remove: (text: string, place: ServersPlace, name: string) => string;
}
