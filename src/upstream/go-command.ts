import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { childEnvironment } from '../lib/child-environment.ts';
import { codeOf } from '../lib/error-code.ts';
import { McpcatError, messageOf } from '../lib/errors.ts';

export interface GoCommand {
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
 * `integrity-mismatch` (the checksum database knows other contents), `upstream-unavailable`, and `lock-refused` where
 * there is no go command.
 */
export async function runGo({ subject, given, args, folder, env, signal }: GoCommand): Promise<string> {
  // An empty variable would mean "not set", and then the user's file counts: so that file is off (`go help environment`).
  const own = {
    GOENV: 'off',
    GOAUTH: 'off',
    GOVCS: '*:off',
    GOWORK: 'off',
    CGO_ENABLED: '0',
    GOOS: 'linux',
  };
  try {
    const { stdout } = await promisify(execFile)('go', args, {
      cwd: folder,
      env: childEnvironment(given, { ...own, ...env }),
      maxBuffer: 64 << 20,
      signal,
    });
    return stdout;
  } catch (error) {
    throw goFailure(error, subject);
  }
}

function goFailure(error: unknown, name: string): McpcatError {
  if (codeOf(error) === 'ENOENT') {
    return new McpcatError('lock-refused', `go:${name}: a Go server needs the go command on this machine`, {
      hint: 'install Go from go.dev or the distribution',
      cause: error,
    });
  }
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
