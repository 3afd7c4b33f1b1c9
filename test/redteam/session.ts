import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from '../../src/engine/engine.ts';
import { project } from '../rig/engine.ts';
import type { Command } from './columns.ts';
import type { Field } from './field.ts';

/** One line that the hostile server said. */
export interface Answer {
  readonly attempt: string;
  readonly [fact: string]: unknown;
}

/** A longer line is counted and forgotten: the client of a hostile server has bounds of its own. */
const longestLine = 1 << 20;

/** A hostile server and the program that started it; whatever happens, both are gone when it is disposed. */
export class Session implements AsyncDisposable {
  readonly #field: Field;
  readonly #command: Command;
  readonly #signal: AbortSignal;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<number | null>;
  readonly #answers: Answer[] = [];
  readonly received = { stdout: 0, stderr: 0 };
  #stderr = '';
  #peak = 0;
  #rest = '';
  #skipping = false;

  constructor(field: Field, command: Command, signal: AbortSignal) {
    this.#field = field;
    this.#command = command;
    this.#signal = signal;
    const [program = '', ...words] = field.inside(command.words);
    this.#child = spawn(program, words, {
      env: { ...process.env, NO_COLOR: '1', ...command.env },
      cwd: project,
      signal,
    });
    this.#child.on('error', () => undefined);
    this.#child.stdin.on('error', () => undefined);
    this.#child.stdout.on('data', (chunk: Buffer) => this.#take(chunk));
    this.#child.stderr.on('data', (chunk: Buffer) => {
      this.received.stderr += chunk.length;
      this.#stderr = (this.#stderr + chunk.toString('latin1')).slice(-4096);
    });
    this.#ended = new Promise((resolve) => this.#child.once('close', resolve));
  }

  get answers(): readonly Answer[] {
    return this.#answers;
  }

  /** The last of what came on stderr. */
  get stderr(): string {
    return this.#stderr;
  }

  /** Most memory, in MiB, that the program that started the server has had resident. */
  get peakMebibytes(): number {
    this.#look();
    return Math.round(this.#peak / 1024);
  }

  /** Waits for one answer; undefined if the server ends without it, or it takes too long. */
  async answer(attempt: string, milliseconds = 30_000): Promise<Answer | undefined> {
    const find = (): Answer | undefined => this.#answers.find((answer) => answer.attempt === attempt);
    const over = Date.now() + milliseconds;
    while (find() === undefined && this.#running() && Date.now() < over) {
      this.#look();
      await sleep(20);
    }
    return find();
  }

  /** Waits until so many bytes of a stream are here; what a server has written may still be on its way. */
  async arrival(stream: 'stdout' | 'stderr', bytes: number, milliseconds = 5000): Promise<void> {
    const over = Date.now() + milliseconds;
    while (this.received[stream] < bytes && Date.now() < over) await sleep(20);
  }

  write(text: string | Buffer): void {
    this.#child.stdin.write(text);
  }

  /** Ends in order: closes the server's input. */
  async end(milliseconds = 5000): Promise<void> {
    this.#child.stdin.end();
    await Promise.race([this.#ended, sleep(milliseconds, undefined, { ref: false })]);
  }

  /** Its exit code, once it has ended; undefined if it does not in time. */
  async code(milliseconds: number): Promise<number | null | undefined> {
    return Promise.race([this.#ended, sleep(milliseconds, undefined, { ref: false })]);
  }

  /** Reads its stderr no more, as a client may that reads only messages. */
  leaveStderr(): void {
    this.#child.stderr.pause();
  }

  /** What no program can do anything about. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    // Unread it would never close.
    this.#child.stderr.resume();
    await this.#ended;
  }

  async containers(): Promise<readonly string[]> {
    const engine: Engine = this.#field.engine;
    return (await engine.listContainers(this.#command.labels)).map(({ id }) => id);
  }

  /** Milliseconds until no container is left; undefined if one stays. */
  async gone(milliseconds: number): Promise<number | undefined> {
    const start = Date.now();
    while (Date.now() < start + milliseconds) {
      this.#signal.throwIfAborted();
      if ((await this.containers()).length === 0) return Date.now() - start;
      await sleep(100);
    }
    return undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#running()) await this.kill();
    for (const id of await this.containers()) await this.#field.engine.removeContainer(id);
  }

  #running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  #look(): void {
    try {
      const status = readFileSync(`/proc/${String(this.#child.pid)}/status`, 'utf8');
      this.#peak = Math.max(this.#peak, Number(/VmHWM:\s*(\d+)/.exec(status)?.[1] ?? 0));
    } catch {
      // It has ended.
    }
  }

  #take(chunk: Buffer): void {
    this.received.stdout += chunk.length;
    const parts = chunk.toString('latin1').split('\n');
    for (const [index, part] of parts.entries()) {
      if (!this.#skipping) this.#rest += part;
      if (this.#rest.length > longestLine) this.#skipping = true;
      if (index === parts.length - 1) break;
      if (!this.#skipping && this.#rest.startsWith('{"attempt"')) this.#answers.push(answerOf(this.#rest));
      this.#rest = '';
      this.#skipping = false;
    }
    if (this.#skipping) this.#rest = '';
  }
}

function answerOf(line: string): Answer {
  return JSON.parse(line) as Answer;
}
