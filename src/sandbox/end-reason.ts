import type { Input } from '../lib/input.ts';
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

/** Why it ended, in one line for people, and what may help. */
export interface EndMessage {
  readonly text: string;
  readonly inputs: readonly Input[];
}

/** Undefined where there is nothing to say. */
export function endMessage(facts: EndFacts, { name, memoryBytes }: Sandbox): EndMessage | undefined {
  switch (endReason(facts)) {
    case 'exited':
      return undefined;
    case 'out-of-memory':
      return {
        text: `${name} needed more than its ${sizeText(memoryBytes)} of memory and was ended`,
        inputs: [{ name: 'memory' }],
      };
    case 'killed':
      return {
        text: `${name} was killed, perhaps for want of memory: its limit is ${sizeText(memoryBytes)}`,
        inputs: [{ name: 'memory' }],
      };
    case 'failed':
      return { text: `${name} ended with exit code ${String(facts.exitCode)}`, inputs: [] };
  }
}

/** As sizes are given, so that what is read can be typed. */
function sizeText(bytes: number): string {
  return `${String(Math.floor(bytes / 1024 ** 2))}m`;
}
