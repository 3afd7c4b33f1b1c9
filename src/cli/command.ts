import type { ParseArgsConfig } from 'node:util';

/**
 * A verb of the command line, as data: the help text, the completion and the parser all derive from it, and `run`
 * is loaded only when its verb is called.
 */
export interface CommandSpec {
  readonly name: string;
  readonly summary: string;
  /** After `mcpcat NAME`: `NAME [-- ARGS]`. */
  readonly usage: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** Whole command lines with a word on each. */
  readonly examples: readonly (readonly [command: string, meaning: string])[];
  /** What positionals are, for completion: entry names, session ids, nothing. */
  readonly completes?: 'entries' | 'sessions';
  readonly load: () => Promise<{ readonly execute: Execute }>;
}

export interface OptionSpec {
  readonly type: 'boolean' | 'string';
  readonly short?: string;
  readonly multiple?: boolean;
  /** Shown in help: `--env K=V`. */
  readonly value?: string;
  readonly choices?: readonly string[];
  readonly help: string;
}

/** Resolves to the exit code: 0 fine, 1 findings. Failures are thrown as McpcatError (2 or 3). */
export type Execute = (invocation: Invocation) => Promise<number>;

export interface Invocation {
  readonly options: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  readonly positionals: readonly string[];
  /** What stood after `--`. */
  readonly rest: readonly string[];
  readonly terminal: Terminal;
}

/** The process's edges, passed in so that commands can be tested without a process. */
export interface Terminal {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Aborted by the first Ctrl-C or SIGTERM, except for `run`, which owns its signals. */
  readonly signal: AbortSignal;
}

export type ParseOptions = NonNullable<ParseArgsConfig['options']>;
