import { createInterface } from 'node:readline';
import type { Engine } from '../engine/engine.ts';
import { isOwnProcess } from '../test-session/own-processes.ts';
import type { TestSession } from '../test-session/test-session.ts';

const max = 200;

/**
 * The command lines of a container's processes, from now on until `stop`; what lives for less than a few milliseconds
 * may be missed.
 */
export async function watchProcesses(
  engine: Pick<Engine, 'exec'>,
  { id, init }: Pick<TestSession, 'id' | 'init'>,
): Promise<{ readonly seen: readonly string[]; stop(): void }> {
  const seen: string[] = [];
  const session = await engine.exec(id, [init, 'watch']);
  for (const stream of [session.stdin, session.stdout, session.stderr]) stream.on('error', () => undefined);
  session.stderr.resume();
  createInterface({ input: session.stdout }).on('line', (line) => {
    const command = commandOf(line);
    if (seen.length < max && !isOwnProcess(command) && !seen.includes(command)) seen.push(command);
  });
  return { seen, stop: () => session.destroy() };
}

/** Words in hex with NUL between them, as `/proc/PID/cmdline` has them; made printable. */
function commandOf(line: string): string {
  if (!/^([0-9a-f]{2})+$/.test(line)) return '';
  return Buffer.from(line, 'hex')
    .toString()
    .replaceAll('\0', ' ')
    .replaceAll(/[^\x20-\x7e]+/g, '?')
    .trim()
    .slice(0, 500);
}
