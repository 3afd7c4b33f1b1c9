import { PassThrough } from 'node:stream';
import { main } from '../../src/cli/cli.ts';
import type { CommandSpec, ProcessEdges } from '../../src/cli/command.ts';
import { commands } from '../../src/cli/commands.ts';
import { thisHost } from '../../src/host/this-host.ts';

/** Runs a line of the command line over plain streams. */
export async function printed(
  argv: readonly string[],
  { specs = commands, env = {} }: { specs?: readonly CommandSpec[]; env?: Record<string, string> } = {},
): Promise<{ stdout: string; stderr: string; exitCode: number }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const edges = {
    stdin: process.stdin,
    stdout,
    stderr,
    env: { HOME: '/home/nobody', DOCKER_HOST: 'unix:///nowhere/engine.sock', ...env },
    host: thisHost(),
    signal: new AbortController().signal,
    program: ['mcpcat'],
  } as unknown as ProcessEdges;
  const exitCode = await main(argv, edges, specs);
  const read = (stream: PassThrough): string => String(stream.read() ?? '');
  return { stdout: read(stdout), stderr: read(stderr), exitCode };
}
