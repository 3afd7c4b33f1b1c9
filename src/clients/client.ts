import type { System } from '../host/host.ts';
import type { ConfigFormat, ServersPlace } from './text/config-text.ts';

/**
 * How sure a fact of this table is: the client's own program of `version` was run and did this; its documentation says
 * so; or another launcher writes there.
 */
export type Proof = 'run' | 'documented' | 'peer';

/** `local`: the user's own, for one project. */
export type Scope = 'user' | 'project' | 'local';

/** Where a client keeps its servers. */
export interface ClientFile {
  readonly scope: Scope;
  /** Systems it is there on. */
  readonly systems: readonly System[];
  /**
   * With forward slashes: `~/` is the home folder, `{config}/` the folder for applications' settings
   * ($XDG_CONFIG_HOME or ~/.config, ~/Library/Application Support, %APPDATA%), `{xdg}/` is $XDG_CONFIG_HOME or
   * ~/.config on every system, anything else is below the project.
   */
  readonly path: string;
  /** Other names under which the client reads it too: one that is there is taken before a new file is made. */
  readonly alternatives?: readonly string[];
  /** Where its servers are in this file, if not as in the client's others; `{cwd}` is the project's folder. */
  readonly place?: ServersPlace;
  /** A variable of the client's that names another folder, and the file's path in there. */
  readonly moved?: { readonly variable: string; readonly path: string };
}

/** How an entry is written for a client. */
export interface EntryForm {
  /** `array`: program and arguments in one list, `command`. */
  readonly command: 'command' | 'cmd' | 'array';
  /** The key of the environment. */
  readonly env: 'env' | 'envs' | 'environment';
  /** Whether the name is in the entry too. */
  readonly named: boolean;
  /** What every entry must have besides. */
  readonly fixed: Readonly<Record<string, unknown>>;
  /** The key that gives a server longer to start. */
  readonly startTimeout?: { readonly key: string; readonly unit: 'ms' | 's' };
}

/** An MCP client, as data: what was measured or read of it (docs/clients.md, with versions and sources). */
export interface Client {
  readonly id: string;
  readonly title: string;
  readonly proof: Proof;
  /** That the facts were seen with; undefined where nobody has run it. */
  readonly version?: string;
  readonly files: readonly ClientFile[];
  readonly format: ConfigFormat;
  readonly place: ServersPlace;
  readonly form: EntryForm;
  /** What it makes of a text in an entry before it starts the server: a `$` may not be what it seems. */
  readonly expands: 'nothing' | 'dollar' | 'dollar-braces' | 'secrets-braces' | 'env-braces';
  /** Seconds that a server has for its first answer; undefined where nobody has measured it. */
  readonly startTimeoutSeconds?: number;
  /** Anything a person should know who uses it with mcpcat; one sentence each. */
  readonly notes: readonly string[];
}
