import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { connectEngine } from '../../src/engine/connect.ts';
import type { Engine } from '../../src/engine/engine.ts';

/**
 * A real dockerd of the tests' own, to be killed and stopped, with its own data, socket and network namespace: in
 * the host's namespace `--bridge=none` would delete the other engine's bridge (docs/facts.md). Needs root, as the tests'
 * first engine does.
 */
export class SecondEngine {
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-engine-'));
  readonly #network: readonly string[];
  #daemon: ChildProcess | undefined;
  #log = '';

  /** With `bridge`, containers have a network inside the engine's namespace, which leads nowhere; `dns` is theirs. */
  constructor(options: { readonly bridge?: { readonly dns: string } } = {}) {
    const { bridge } = options;
    this.#network =
      bridge === undefined
        ? ['--bridge', 'none', '--iptables=false', '--ip-forward=false']
        : ['--dns', bridge.dns];
  }

  get socket(): string {
    return path.join(this.#folder, 'docker.sock');
  }

  get log(): string {
    return this.#log;
  }

  get pid(): number {
    return Number(readFileSync(path.join(this.#folder, 'pid'), 'utf8'));
  }

  async start(): Promise<Engine> {
    const place = (name: string): string => path.join(this.#folder, name);
    // Left by a killed daemon; where nobody reaps orphans, the old pids would seem alive for ever.
    rmSync(place('pid'), { force: true });
    rmSync(place('exec/containerd/containerd.pid'), { force: true });
    this.#daemon = spawn(
      // It stops, and its containers with it, also when this process is killed.
      'setpriv',
      [
        ...[
          '--pdeathsig',
          'TERM',
          'unshare',
          '--net',
          'dockerd',
          '--host',
          `unix://${this.socket}`,
          '--data-root',
          place('data'),
        ],
        ...['--exec-root', place('exec'), '--pidfile', place('pid'), '--log-level', 'warn'],
        ...this.#network,
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    for (const stream of [this.#daemon.stdout, this.#daemon.stderr])
      stream?.on('data', (chunk: Buffer) => (this.#log += chunk.toString()));
    const answering = async (): Promise<Engine | undefined> => {
      try {
        const engine = await connectEngine({ endpoint: this.socket, env: {} });
        await engine.info();
        return engine;
      } catch {
        return undefined;
      }
    };
    for (const giveUp = Date.now() + 60_000; Date.now() < giveUp;) {
      const engine = await answering();
      if (engine) return engine;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw new Error(`the second engine did not start:\n${this.#log.slice(-3000)}`);
  }

  /** As `docker load` does. */
  async load(archive: Readable): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const request = http.request(
        {
          socketPath: this.socket,
          path: '/images/load?quiet=1',
          method: 'POST',
          headers: { 'content-type': 'application/x-tar' },
        },
        (response) => {
          response.resume();
          response.once('end', resolve);
        },
      );
      request.once('error', reject);
      archive.pipe(request);
    });
  }

  /** Sends a signal to the daemon and, unless it only stops or continues it, waits for its end. */
  async signal(name: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT'): Promise<void> {
    const ended = new Promise((resolve) => this.#daemon?.once('exit', resolve));
    process.kill(this.pid, name);
    if (name === 'SIGKILL' || name === 'SIGTERM') await ended;
  }

  /** Only they were started with the folder's name. */
  #processes(): readonly number[] {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    return pids.filter((pid) => commandOf(pid).includes(this.#folder)).map(Number);
  }

  async remove(): Promise<void> {
    if (this.#daemon?.exitCode === null && this.#daemon.signalCode === null) await this.signal('SIGTERM');
    // What a killed daemon has left running or mounted is under this folder.
    for (const pid of this.#processes()) kill(pid);
    const mounted = readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .map((line) => line.split(' ')[1] ?? '')
      .filter((target) => target.startsWith(this.#folder));
    for (const target of mounted.reverse()) spawnSync('umount', ['-l', target]);
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone by itself.
  }
}
