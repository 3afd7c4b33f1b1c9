import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Duplex, Readable, Writable } from 'node:stream';
import { project } from '../rig/engine.ts';

/** `direct`: our own child. `wrapped`: a shell between us and it, our pipes passed on. `terminal`: on one of its own. */
export type How = 'direct' | 'wrapped' | 'terminal';

export interface ClientRequest {
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly how: How;
}

const wrappers: Readonly<Record<How, readonly string[]>> = {
  direct: [],
  // Its input is a pipe of its own: Node closes a child's stdin when that child ends, and this one must stay open.
  wrapped: ['/bin/sh', '-c', '"$@" <&4 3>&- 4<&- & echo $! >&3; exec 3>&- 4<&-; wait', 'sh'],
  terminal: ['python3', path.join(import.meta.dirname, 'terminal.py')],
};

/** The launcher under test with the client's ends of its pipes in our hands. */
export class Client {
  readonly stdin: Writable;
  readonly #outer: ChildProcess;
  readonly #pid: Promise<number>;
  #launcher: { readonly pid: number; readonly started: string } | undefined;
  #said = '';

  constructor({ words, env, how }: ClientRequest) {
    const [command = '', ...args] = [...wrappers[how], ...words];
    const outer = spawn(command, args, {
      cwd: project,
      env: { ...process.env, ...env },
      // A session of its own, as a client has: else, where process 1 shares ours, nobody could tell an orphan from its child.
      detached: how === 'wrapped',
      stdio: ['pipe', 'pipe', 'pipe', 'pipe', ...(how === 'wrapped' ? (['pipe'] as const) : [])],
    });
    outer.on('error', (error) => (this.#said += error.message));
    const [stdin, stdout, stderr, pids] = streamsOf(outer);
    this.stdin = stdin.on('error', () => undefined);
    for (const stream of [stdout, stderr])
      stream.on(
        'data',
        (chunk: Buffer) => (this.#said = (this.#said + chunk.toString('latin1')).slice(-8000)),
      );
    this.#outer = outer;
    this.#pid = how === 'direct' ? Promise.resolve(outer.pid ?? 0) : firstNumber(pids);
    pids.on('error', () => undefined).resume();
  }

  /** Resolves when the launcher runs and can be signalled. */
  async ready(): Promise<void> {
    const pid = await this.#pid;
    this.#launcher = { pid, started: startOf(pid) ?? '' };
  }

  /** The end of what it wrote to stdout and stderr. */
  get said(): string {
    return this.#said;
  }

  alive(): boolean {
    return this.#launcher !== undefined && startOf(this.#launcher.pid) === this.#launcher.started;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.#launcher !== undefined && this.alive()) send(this.#launcher.pid, signal);
  }

  /** To the process between us and the launcher. */
  signalParent(signal: NodeJS.Signals): void {
    this.#outer.kill(signal);
  }

  /** Ends whatever of it is left. */
  destroy(): void {
    this.signal('SIGKILL');
    this.#outer.kill('SIGKILL');
    for (const stream of this.#outer.stdio) stream?.destroy();
  }
}

function streamsOf(child: ChildProcess): [Writable, Readable, Readable, Readable] {
  const [outer, stdout, stderr, pids, inner] = child.stdio;
  const stdin = inner ?? outer;
  if (!stdin || !stdout || !stderr || !pids) throw new Error('Internal error: expected four pipes');
  return [stdin as Writable, stdout, stderr, pids as Duplex];
}

async function firstNumber(from: Readable): Promise<number> {
  return new Promise((resolve) => {
    from.once('data', (chunk: Buffer) => resolve(Number(chunk.toString())));
    from.once('close', () => resolve(0));
  });
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended meanwhile.
  }
}

/** Start time of a process (proc_pid_stat(5), field 22); undefined if there is none, or only its exit code is left. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return /^[ZX]$/.test(fields[0] ?? '') ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
