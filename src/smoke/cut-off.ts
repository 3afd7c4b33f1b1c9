import type { Session } from './observe.ts';

/** What process 1 says when it had to end the server; undefined: that ended by itself. */
export function forcedEnd(stderr: readonly string[]): string | undefined {
  return stderr.find((line) => line.startsWith('mcpcat-init: the client closed stdin'));
}

/**
 * Whether process 1 ended it while it still owed answers. A server that drops them looks the same as one that had no
 * time to give them, as on a busy machine: only an end without anything left to do tells the two apart.
 */
export function wasCutOff({ stderr, unanswered = [] }: Session): boolean {
  return forcedEnd(stderr) !== undefined && unanswered.length > 0;
}

/** `first` in the light of a second start that had nothing to answer at its end. */
export function settled(first: Session, idle: Session): Session {
  if (forcedEnd(idle.stderr) !== undefined || idle.exitMs === undefined) return first;
  const { exitMs, exitCode } = idle;
  const stderr = first.stderr.filter((line) => forcedEnd([line]) === undefined);
  return { ...first, stderr, exitMs, exitCode, unanswered: undefined };
}
