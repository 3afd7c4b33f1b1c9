/** A client of one MCP server on a process's streams that costs as little as can be, so that what is measured is not itself. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Memory {
  /** Megabytes: of the process alone, and its share of what it has in common with others. */
  readonly residentMb: number;
  readonly proportionalMb: number;
}

export function memoryOf(pid: number): Memory {
  const read = (file: string, name: string): number =>
    Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync(`/proc/${String(pid)}/${file}`, 'utf8'))?.[1]) /
    1024;
  return { residentMb: read('status', 'VmRSS'), proportionalMb: read('smaps_rollup', 'Pss') };
}

export class LineClient {
  readonly startedAt = performance.now();
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiting = new Map<number, (answer: string) => void>();
  readonly #ended: Promise<void>;
  #parts: string[] = [];
  #lastId = 0;

  constructor(words: readonly string[], env: NodeJS.ProcessEnv = process.env) {
    this.#child = spawn(words[0] ?? '', words.slice(1), { stdio: ['pipe', 'pipe', 'pipe'], env });
    this.#child.stderr.resume();
    this.#child.stdin.on('error', () => undefined);
    this.#child.stdout.on('data', (chunk: Buffer) => this.#take(chunk.toString('latin1')));
    this.#ended = new Promise((resolve) => this.#child.once('close', () => resolve()));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async initialize(name = 'bench'): Promise<string> {
    const clientInfo = { name, version: '1' };
    const answer = await this.ask('initialize', {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo,
    });
    this.#send({ method: 'notifications/initialized' });
    return answer;
  }

  /** The whole line of the answer. */
  async ask(method: string, params: unknown = {}): Promise<string> {
    this.#lastId += 1;
    const id = this.#lastId;
    const answer = new Promise<string>((resolve, reject) => {
      this.#waiting.set(id, resolve);
      void this.#ended.then(() => reject(new Error(`ended before it answered ${method}`)));
    });
    this.#send({ id, method, params });
    return answer;
  }

  /** Asks, and gives it up after so many milliseconds. */
  async abandon(method: string, params: unknown, afterMs: number): Promise<void> {
    this.#lastId += 1;
    const id = this.#lastId;
    this.#send({ id, method, params });
    await sleep(afterMs);
    this.#send({ method: 'notifications/cancelled', params: { requestId: id } });
  }

  async call(name: string, given: unknown): Promise<string> {
    return this.ask('tools/call', { name, arguments: given });
  }

  memory(): Memory {
    return memoryOf(this.pid);
  }

  async close(): Promise<void> {
    this.#child.stdin.end();
    await this.#ended;
  }

  #send(message: object): void {
    this.#child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  }

  #take(text: string): void {
    this.#parts.push(text);
    if (!text.includes('\n')) return;
    const lines = this.#parts.join('').split('\n');
    this.#parts = [lines.pop() ?? ''];
    for (const line of lines) {
      // The id stands before a result or behind it; what is between is not looked at.
      const id = /"id":(\d+)/.exec(line.slice(0, 60))?.[1] ?? /"id":(\d+)[^{]*$/.exec(line.slice(-60))?.[1];
      this.#waiting.get(Number(id))?.(line);
    }
  }
}
