import { readFileSync } from 'node:fs';

/**
 * True if the process that started us is gone: we have another parent than at first, or had lost it before our first
 * line ran. For that: a child begins in its parent's session (fork(2)), and leaves it only as the leader of a session
 * of its own (setsid(2)). So a process that leads none and has a parent of another session was handed to a reaper.
 */
export function isOrphan(firstParent: number): boolean {
  if (process.ppid !== firstParent) return true;
  const own = sessionOf('self');
  const parents = sessionOf(String(process.ppid));
  if (own === undefined || parents === undefined || own === process.pid) return false;
  return own !== parents;
}

/** Field 6 of /proc/PID/stat (proc_pid_stat(5)); undefined where that can't be read. */
function sessionOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const session = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3]);
    return Number.isInteger(session) ? session : undefined;
  } catch {
    return undefined;
  }
}
