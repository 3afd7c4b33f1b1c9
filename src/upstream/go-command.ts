import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { childEnvironment } from '../lib/child-environment.ts';
import { McpcatError, messageOf } from '../lib/errors.ts';

export interface GoCommand {
  /** Its path (go-program.ts). */
  readonly program: string;
  /** What it is for, in messages: the package. */
  readonly subject: string;
  /** The user's: only what every child process may have is passed on. */
  readonly given: Readonly<Record<string, string | undefined>>;
  readonly args: readonly string[];
  /** Where it runs. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * What the go command writes to stdout, with none of the user's settings for it. Throws `package-unknown`,
 * `integrity-mismatch` (the checksum database knows other contents) and `upstream-unavailable`.
 */
export async function runGo({
  program,
  subject,
  given,
  args,
  folder,
  env,
  signal,
}: GoCommand): Promise<string> {
  // An empty variable would mean "not set", and then the user's file counts: so that file is off (`go help environment`).
  const own = {
    GOENV: 'off',
    GOAUTH: 'off',
    GOVCS: '*:off',
    GOWORK: 'off',
    CGO_ENABLED: '0',
    GOOS: 'linux',
    // It would look for its compiler to find this out, which is not there.
    GOROOT: path.dirname(path.dirname(program)),
  };
  try {
    const { stdout } = await promisify(execFile)(program, args, {
      cwd: folder,
      env: childEnvironment(given, { ...own, ...env }),
      maxBuffer: 64 << 20,
      signal,
    });
    return stdout;
  } catch (error) {
    if (signal?.aborted === true) throw new McpcatError('cancelled', `go:${subject}: cancelled`);
    throw goFailure(error, subject);
  }
}

function goFailure(error: unknown, name: string): McpcatError {
  const stderr: unknown =
    typeof error === 'object' && error !== null ? Reflect.get(error, 'stderr') : undefined;
  const said = (typeof stderr === 'string' ? stderr : '').split('\n').filter(Boolean).slice(-15);
  const detail = said.length > 0 ? said : [messageOf(error)];
  // go has one exit code for all of it, so its words have to do.
  const gone = said.some((line) =>
    /\b(404|410)\b|no matching versions|unknown revision|does not contain package/.test(line),
  );
  if (said.some((line) => /SECURITY ERROR|checksum mismatch/.test(line)))
    return new McpcatError('integrity-mismatch', `go:${name}: the checksum database knows other contents`, {
      hint: 'nothing was changed; somebody between here and the module may have altered it',
      detail,
      cause: error,
    });
  return new McpcatError(
    gone ? 'package-unknown' : 'upstream-unavailable',
    `go:${name}: ${detail.at(-1)?.trim() ?? 'go failed'}`,
    { detail, cause: error },
  );
}
