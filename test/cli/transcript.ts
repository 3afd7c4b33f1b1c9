import path from 'node:path';
import { Writable } from 'node:stream';
import { main } from '../../src/cli/cli.ts';
import type { ProcessEdges } from '../../src/cli/command.ts';
import { commands } from '../../src/cli/commands.ts';
import { linuxHost } from '../../src/host/linux.ts';
import { thisMachine } from '../../src/host/machine.ts';

const project = path.resolve(import.meta.dirname, '../..');

/** What a machine of its own would have: nothing of ours, and no engine. */
const environment = {
  HOME: '/home/nobody',
  MCPCAT_CATALOG: path.join(import.meta.dirname, 'catalog'),
  DOCKER_HOST: 'unix:///nowhere/engine.sock',
};

/** Runs a line such as `NO_COLOR=1 mcpcat list` in this process; its output without anything of this machine. */
export async function transcript(line: string): Promise<string> {
  const words = line.replace(/^\$ /, '').split(' ');
  const start = words.indexOf('mcpcat');
  const settings = words.slice(0, start).map((word) => word.split('=') as [string, string]);
  const output = { stdout: '', stderr: '' };
  const capture = (name: 'stdout' | 'stderr'): Writable =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        output[name] += chunk.toString();
        done();
      },
    });
  const terminal = {
    stdin: process.stdin,
    stdout: capture('stdout'),
    stderr: capture('stderr'),
    env: { ...environment, ...Object.fromEntries(settings) },
    host: linuxHost(thisMachine()),
    signal: new AbortController().signal,
  } as unknown as ProcessEdges;
  const exitCode = await main(words.slice(start + 1), terminal, commands);
  const stderr = output.stderr === '' ? '' : `--- stderr\n${output.stderr}`;
  return `${line}\n${output.stdout}${stderr}--- exit ${String(exitCode)}\n`.replaceAll(project, '<project>');
}
