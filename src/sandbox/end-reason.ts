import type { Sandbox } from './sandbox.ts';

/** What is known when a container has ended. */
export interface EndFacts {
  readonly exitCode: number;
  readonly outOfMemory: boolean;
}

export type EndReason = 'exited' | 'failed' | 'out-of-memory' | 'killed';

/** Tells a server's own exit from an end that the limits forced. */
export function endReason({ exitCode, outOfMemory }: EndFacts): EndReason {
  if (outOfMemory) return 'out-of-memory';
  if (exitCode === 137) return 'killed';
  return exitCode === 0 ? 'exited' : 'failed';
}

/** One line for people; undefined where there is nothing to say. */
export function endMessage(facts: EndFacts, { name, memoryBytes }: Sandbox): string | undefined {
  switch (endReason(facts)) {
    case 'exited':
      return undefined;
    case 'out-of-memory':
      return `${name} needed more than its ${asOption(memoryBytes)} of memory and was ended (--memory raises the limit)`;
    case 'killed':
      return `${name} was killed; if for want of memory: --memory raises its limit of ${asOption(memoryBytes)}`;
    case 'failed':
      return `${name} ended with exit code ${String(facts.exitCode)}`;
  }
}

/** As `--memory` takes it, so that what is read can be typed. */
function asOption(bytes: number): string {
  return `${String(Math.floor(bytes / 1024 ** 2))}m`;
}
