import type { Host } from '../host/host.ts';
import type { Early } from '../serve/early.ts';
import type { TextOutput } from './text-output.ts';

/**
 * A verb of the command line, as data: help, completion and parser derive from it, and what it does is loaded only
 * when it is called.
 */
export interface CommandSpec {
  readonly name: string;
  readonly summary: string;
  /** After `mcpcat NAME`. */
  readonly usage: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  readonly examples: readonly (readonly [command: string, meaning: string])[];
  /** What its arguments are: names of the catalog, or words of its own. */
  readonly completes?: 'entries' | readonly string[];
  /** From such a word on, a line is another program's: it is handed over as it is, options and all. */
  readonly foreign?: RegExp;
  readonly load: () => Promise<{ readonly execute: Execute }>;
}

export interface OptionSpec {
  readonly type: 'boolean' | 'string';
  readonly multiple?: boolean;
  /** The value's name in the help: `K=V`. */
  readonly value?: string;
  readonly help: string;
}

/** Resolves to the exit code: 0 fine, 1 findings, for `run` the server's. Failures are thrown. */
export type Execute = (invocation: Invocation) => Promise<number>;

export interface Invocation {
  readonly options: Options;
  readonly positionals: readonly string[];
  /** What stood after `--`. */
  readonly rest: readonly string[];
  /** All verbs, for commands that speak about commands. */
  readonly commands: readonly CommandSpec[];
  readonly terminal: Terminal;
  /** Of the secrets that are stored for a server those that it gets; all if undefined. */
  readonly storedSecrets?: readonly string[] | undefined;
}

/** Parsed options, read by kind. */
export interface Options {
  text(name: string): string | undefined;
  flag(name: string): boolean;
  list(name: string): readonly string[];
}

/** The process's own streams: bytes as they are, for a client that speaks a protocol over them. */
export interface Streams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/** The process's edges, handed in so that commands can be tested without a process. */
export interface ProcessEdges extends Streams {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly host: Host;
  readonly signal: AbortSignal;
  /** The words that start this program (program.ts). */
  readonly program: readonly string[];
  /** What the client of `serve` was told before this was loaded. */
  readonly early?: Early | undefined;
}

/** The edges as commands have them: what they print is text, and made safe for a terminal on its way. */
export interface Terminal {
  readonly stdout: TextOutput;
  readonly stderr: TextOutput;
  readonly streams: Streams;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The machine that this process runs on: its user, folders and process table. */
  readonly host: Host;
  /** Aborted by the first Ctrl-C or SIGTERM; `run` has its own handling. */
  readonly signal: AbortSignal;
  /** The words that start this program: `mcpcat`, or those of npx. */
  readonly program: readonly string[];
  /** What the client of `serve` was told before this was loaded. */
  readonly early?: Early | undefined;
}

export const common = {
  catalog: { type: 'string', value: 'DIR', help: 'folder of the catalog (also MCPCAT_CATALOG)' },
  anyCatalog: {
    type: 'string',
    value: 'DIR|FILE|URL',
    help: 'a folder, a catalog.json or the address of one (also MCPCAT_CATALOG)',
  },
  unverified: {
    type: 'boolean',
    help: 'start without looking at who signed the image and the catalog; said each time, and shown by ps',
  },
  engine: { type: 'string', value: 'ADDRESS', help: 'socket, URL or docker context of the engine' },
  platforms: {
    type: 'string',
    value: 'LIST',
    help: 'linux/amd64,linux/arm64 (also MCPCAT_PLATFORMS; default: this machine’s)',
  },
  everyone: { type: 'boolean', help: 'also what other users and hosts have on this engine' },
  json: { type: 'boolean', help: 'print JSON' },
  quiet: { type: 'boolean', help: 'say only what went wrong' },
} as const satisfies Record<string, OptionSpec>;
