import type { TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';

/** What came of `WHAT:TARGET`; undefined as in a pod whose network is shut. */
export type Says = (attempt: string) => readonly [verdict: 'ok' | 'no', detail: string] | undefined;

/** What process 1 writes as a probe (src/init/probe.h). */
export function probeOutput(command: readonly string[], says: Says = () => undefined): string {
  const lines = command.slice(2).map((attempt, index) => {
    const [verdict, detail] = says(attempt) ?? shut(attempt);
    return `${String(index)} ${verdict} ${Buffer.from(detail).toString('hex')}\n`;
  });
  return lines.join('');
}

function shut(attempt: string): readonly [verdict: 'ok' | 'no', detail: string] {
  if (attempt === 'read:/etc/resolv.conf') return ['ok', 'nameserver 10.96.0.10\n'];
  return attempt.startsWith('read:') ? ['ok', ''] : ['no', 'Connection refused'];
}

/** What comes of it, whose waits pass at once; the timers of `context` are mocked. */
export async function hurried<T>(context: TestContext, waiting: Promise<T>): Promise<T> {
  const over = new AbortController();
  const ending = waiting.finally(() => over.abort());
  ending.catch(() => undefined); // heard below
  while (!over.signal.aborted) {
    await setImmediate();
    context.mock.timers.tick(3000);
  }
  return ending;
}
