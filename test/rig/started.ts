import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { eventually, mcpcat, project } from './engine.ts';

/** One mcpcat process that a test talks to. */
export interface Started {
  readonly process: ChildProcessWithoutNullStreams;
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
  /** Resolves once stdout or stderr holds the text. */
  said(text: string): Promise<void>;
}

/** Starts mcpcat, or another command in front of it, and does not wait for its end. */
export function start(
  args: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly through?: readonly string[] } = {},
): Started {
  const [command = '', ...rest] = [...(options.through ?? []), process.execPath, mcpcat, ...args];
  const child = spawn(command, rest, {
    env: { ...process.env, NO_COLOR: '1', ...options.env },
    cwd: project,
  });
  const text = { stdout: '', stderr: '' };
  child.stdin.on('error', () => undefined);
  child.stdout.on('data', (chunk: Buffer) => (text.stdout += chunk.toString('latin1')));
  child.stderr.on('data', (chunk: Buffer) => (text.stderr += chunk.toString()));
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, ...text })),
  );
  const said = async (wanted: string): Promise<void> =>
    void (await eventually(
      () => Promise.resolve(text.stdout + text.stderr),
      (all) => all.includes(wanted),
      { withinMs: 60_000 },
    ));
  return { process: child, ended, said };
}
