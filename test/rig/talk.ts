import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { mcpcat, project } from './engine.ts';

const timeoutMs = 60_000;

/** A client of one `mcpcat run` that asks and waits for each answer. */
export interface Talk {
  /** The result of a request; rejects with the server's error, or when the launcher has ended. */
  ask(method: string, params: unknown): Promise<unknown>;
  call(tool: string, args: unknown): Promise<unknown>;
  /** Ends the input and waits for the launcher. */
  close(): Promise<void>;
  /** What it and its server have said so far. */
  stderr(): string;
  /** SIGKILL to the launcher. */
  kill(): Promise<void>;
}

interface Answer {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: unknown;
}

/** Starts a server and shakes hands with it. */
export async function talk(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Talk> {
  const child = spawn(process.execPath, [mcpcat, 'run', ...args], {
    cwd: project,
    env: { ...process.env, ...env },
  });
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let stderr = '';
  let last = 0;
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdin.on('error', () => undefined);
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { id, result, error } = JSON.parse(line) as Answer;
    const asked = waiting.get(id ?? 0);
    if (error === undefined) asked?.resolve(result);
    else asked?.reject(new Error(JSON.stringify(error)));
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  void ended.then(() => {
    for (const asked of waiting.values()) asked.reject(new Error(`mcpcat run has ended: ${stderr}`));
  });
  const ask = async (method: string, params: unknown): Promise<unknown> => {
    const id = ++last;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    waiting.set(id, { resolve, reject });
    const late = setTimeout(() => reject(new Error(`no answer to ${method}: ${stderr}`)), timeoutMs);
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    try {
      return await promise;
    } finally {
      clearTimeout(late);
    }
  };
  await ask('initialize', {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'test', version: '1' },
  });
  return {
    ask,
    call: (name, parameters) => ask('tools/call', { name, arguments: parameters }),
    stderr: () => stderr,
    async close() {
      child.stdin.end();
      await ended;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
