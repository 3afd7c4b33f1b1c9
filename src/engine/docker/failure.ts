import { McpcatError, messageOf } from '../../lib/errors.ts';

/** The HTTP status dockerode puts on its errors; undefined when the engine did not answer at all. */
export function statusOf(error: unknown): number | undefined {
  const status =
    typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' ? status : undefined;
}

function systemCodeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

const reinstall = { hint: 'start it, or run', inputs: [{ name: 'repair' }] } as const;

/** No such socket, nobody listening on it, no such host, no way to it. */
const nobodyThere: ReadonlySet<string> = new Set([
  'ENOENT',
  'ENOTDIR',
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** What went wrong while `doing` something at `endpoint`, told apart by status and system error code, never by text. */
export function failure(error: unknown, doing: string, endpoint: string): McpcatError {
  if (error instanceof McpcatError) return error;
  const status = statusOf(error);
  const code = systemCodeOf(error);
  if (isDiskFull(messageOf(error))) return diskFull(`${doing}: ${reasonOf(error)}`, { cause: error });
  if (status !== undefined)
    return new McpcatError(codeOf(status), `${doing}: ${reasonOf(error)}`, { cause: error });
  if (nobodyThere.has(code)) {
    return new McpcatError('engine-missing', `no engine answers at ${endpoint} (${code})`, {
      ...reinstall,
      cause: error,
    });
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new McpcatError('engine-denied', `no permission on the engine's socket ${endpoint}`, {
      hint: 'add yourself to the group that owns it (docker), or use a rootless engine',
      cause: error,
    });
  }
  if (code === 'ABORT_ERR') return new McpcatError('cancelled', `${doing}: cancelled`, { cause: error });
  return new McpcatError(
    'engine-gone',
    `${doing}: the connection to the engine broke (${messageOf(error)})`,
    {
      hint: 'see that it is running: mcpcat doctor',
      cause: error,
    },
  );
}

/** No status code says "disk full" (moby answers 500), so for this one the text has to do. */
export function isDiskFull(text: string): boolean {
  return text.includes('no space left on device');
}

export function diskFull(
  message: string,
  more: { readonly detail?: readonly string[]; readonly cause?: unknown },
): McpcatError {
  const hint =
    "make room on the engine's disk: docker system df shows what takes it, mcpcat prune removes what is ours";
  return new McpcatError('disk-full', message, { hint, ...more });
}

function codeOf(status: number): 'engine-denied' | 'engine-failed' {
  return status === 401 || status === 403 ? 'engine-denied' : 'engine-failed';
}

/** The engine's own sentence, without dockerode's "(HTTP code 409) unexpected - " before it. */
function reasonOf(error: unknown): string {
  return messageOf(error)
    .replace(/^\(HTTP code \d+\) .*? - /, '')
    .trim();
}
