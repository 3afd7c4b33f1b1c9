import { Writable } from 'node:stream';
import { main } from '../../src/cli/cli.ts';
import type { ProcessEdges } from '../../src/cli/command.ts';
import { commands } from '../../src/cli/commands.ts';
import { linuxHost } from '../../src/host/linux.ts';
import { thisMachine } from '../../src/host/machine.ts';
import type { Ran } from './engine.ts';

/** Runs a command line in this process: what it says and its exit code, without half a second for a process. */
export async function runHere(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<Ran> {
  const output = { stdout: '', stderr: '' };
  const capture = (name: 'stdout' | 'stderr'): Writable =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        output[name] += chunk.toString();
        done();
      },
    });
  const edges = {
    stdin: process.stdin,
    stdout: capture('stdout'),
    stderr: capture('stderr'),
    env,
    host: linuxHost(thisMachine()),
    signal: new AbortController().signal,
    program: ['mcpcat'],
  } as unknown as ProcessEdges;
  return { code: await main(args, edges, commands), ...output };
}
