import { spawn } from 'node:child_process';

export interface RanCommand {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Runs a command to its end, whatever that is. */
export async function ran(
  [command = '', ...args]: readonly string[],
  { input, env, cwd }: RunOptions = {},
): Promise<RanCommand> {
  const child = spawn(command, args, { env: { ...process.env, ...env }, cwd });
  const text = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (text.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text.stderr += chunk.toString()));
  // One that ends without reading its input says why by itself.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...text }));
  });
}

/** The same, where any end but 0 is a failure of the rig. Resolves to what it wrote. */
export async function mustRun(command: readonly string[], options?: RunOptions): Promise<string> {
  const { code, stdout, stderr } = await ran(command, options);
  if (code === 0) return stdout;
  throw new Error(`${command.join(' ')} ended with ${String(code)}: ${(stderr || stdout).slice(-2000)}`);
}
