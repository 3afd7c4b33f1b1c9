import type { Input } from './input.ts';

/** What can fail. One literal per cause a caller or a script may want to tell apart. */
export type ErrorCode =
  | 'usage' // the command line is wrong
  | 'settings-missing' // a required setting of a server was not given
  | 'entry-unknown' // no such catalog entry
  | 'entry-invalid' // server.yaml does not fit the schema
  | 'consent-needed' // it may now do more than the user has agreed to
  | 'consent-unreadable' // nobody can tell what the user has agreed to
  | 'entry-refused' // valid, but asks for what can't be enforced or is never allowed
  | 'lock-missing'
  | 'lock-invalid'
  | 'signature-refused' // a statement that does not hold, is somebody else’s, or is about something else
  | 'signing-failed' // nobody could be brought to sign: no token, no certificate, no entry in the log
  | 'catalog-expired' // its signature is too old, or this machine's clock is wrong
  | 'lock-refused' // an artifact without integrity, or from a git/http/file source
  | 'system-unresolved' // Debian's packages could not be looked up: no apt, no mirror, or none of the name
  | 'package-unknown' // no such package or version upstream
  | 'package-gone' // a locked package is neither on the mirror nor in the snapshot archive
  | 'package-refused' // a package holds what none may: a device, a path out of it, far too much
  | 'bin-unknown' // the package has no program of the name that the entry starts
  | 'upstream-unavailable' // 429, 5xx, no route: not the entry's fault
  | 'integrity-mismatch'
  | 'registry-denied' // an image registry wants other credentials
  | 'registry-failed' // an image registry answered against its protocol, or refused
  | 'forge-denied' // GitHub wants another token
  | 'client-file-invalid' // a client's configuration file does not parse, or can't be edited without touching more
  | 'client-file-changed' // somebody else wrote it between the preview and the write
  | 'forge-failed' // GitHub refused, or answered something else than documented
  | 'base-missing'
  | 'base-failed'
  | 'engine-missing'
  | 'engine-denied' // no permission on the socket
  | 'engine-failed' // the engine answered with an error
  | 'engine-gone' // the connection broke
  | 'engine-unfit' // cannot enforce what the sandbox asks
  | 'image-missing'
  | 'image-unverified' // built from something else than the entry, or never tested as it is
  | 'holes-known' // high, closed upstream for days, and in what would be published
  | 'image-foreign' // another package's server has this name on the engine
  | 'build-failed'
  | 'disk-full'
  | 'container-missing'
  | 'container-differs' // the engine has made something else than was asked for
  | 'volume-in-use'
  | 'volume-foreign' // another catalog's or another package's server keeps it
  | 'server-failed' // a server ended, or said something else than an answer
  | 'too-many-servers' // as many run as one process may have
  | 'timeout'
  | 'script-not-allowed'
  | 'cancelled'
  | 'io-failed';

const usageCodes: ReadonlySet<ErrorCode> = new Set([
  'usage',
  'settings-missing',
  'entry-unknown',
  'entry-invalid',
  'entry-refused',
  'consent-needed',
]);

export interface ErrorDetails {
  readonly hint?: string;
  readonly detail?: readonly string[];
  readonly inputs?: readonly Input[];
  readonly cause?: unknown;
}

/**
 * An operation failed. `message` is one line: the thing, what was expected, what was found. `hint` is what to do
 * next. `detail` holds further lines worth showing, for instance the last output of a build. `inputs` are what a user
 * may give instead, or has given wrongly: whoever shows the error adds what they are called there.
 */
export class McpcatError extends Error {
  /** The launcher and the rest are bundled apart, so there may be two copies of this class in a process. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === 'McpcatError';
  }

  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly detail: readonly string[];
  readonly inputs: readonly Input[];

  constructor(code: ErrorCode, message: string, more: ErrorDetails = {}) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'McpcatError';
    this.code = code;
    this.hint = more.hint;
    this.detail = more.detail ?? [];
    this.inputs = more.inputs ?? [];
  }

  /** 2 for wrong usage, 3 for a failed operation (docs/commands.md). */
  get exitCode(): 2 | 3 {
    return usageCodes.has(this.code) ? 2 : 3;
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
