import { finding } from '../finding-kinds.ts';
import type { Check } from '../observation.ts';

/** How Node, Python, Go and libc say that no process or thread could be started (EAGAIN, fork(2)). */
const noProcess =
  /spawn\S* .*EAGAIN|(fork|thread|process|exec).*resource temporarily unavailable|BlockingIOError: \[Errno 11\]|can't start new thread|pthread_create failed/i;
/** The same for a full folder (ENOSPC, write(2)). */
const noSpace = /ENOSPC|no space left on device/i;

/** It did not run into its limit of processes or the size of a folder: the kernel refuses, and only the server can tell. */
export const staysWithinLimits: Check = ({ entry, stderr }) => {
  const { limits, permissions } = entry;
  const processes = stderr.filter((line) => noProcess.test(line));
  const space = stderr.filter((line) => noSpace.test(line));
  return [
    ...(processes.length > 0
      ? [
          finding(
            'process-limit',
            `it wanted more than its ${String(limits.pids)} processes and threads`,
            processes,
          ),
        ]
      : []),
    ...(space.length > 0
      ? [finding('folder-full', `it filled a folder (${permissions.writable.join(', ')})`, space)]
      : []),
  ];
};
