import { codeOf } from './error-code.ts';

/** What the operating system refused, as Node tells it (nodejs.org/api/errors.html, "Class: SystemError"). */
export interface SystemRefusal {
  readonly code: string;
  /** For people, in lower case. */
  readonly reason: string;
  readonly hint: string;
  readonly path: string | undefined;
}

const refusals: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
  EACCES: ['permission denied', 'give this user the permission, or name another place'],
  EPERM: ['not permitted', 'give this user the permission, or name another place'],
  EROFS: ['the file system is read-only', 'name another place'],
  ENOTDIR: ['something else than a folder stands there', 'name another place'],
  ELOOP: ['its links lead in a circle', 'mend the link'],
  ENAMETOOLONG: ['its name is too long', 'name another place'],
  ENOSPC: ['the disk is full', 'make room'],
  EDQUOT: ['the quota is used up', 'make room'],
  EMFILE: ['this process may open no more files', 'raise the limit: ulimit -n 1024'],
  ENFILE: ['the machine may open no more files', 'close something, or raise the limit of the machine'],
};

/** The refusal behind an error, itself or among its causes; undefined if there is none that a user can mend. */
export function systemRefusal(error: unknown): SystemRefusal | undefined {
  for (let one: unknown = error, depth = 0; one instanceof Error && depth < 8; one = one.cause, depth++) {
    const code = codeOf(one) ?? '';
    const known = 'syscall' in one && Object.hasOwn(refusals, code) ? refusals[code] : undefined;
    if (known === undefined) continue;
    const path = 'path' in one && typeof one.path === 'string' ? one.path : undefined;
    return { code, reason: known[0], hint: known[1], path };
  }
  return undefined;
}
