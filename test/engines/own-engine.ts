import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectEngine } from '../../src/engine/connect.ts';
import { makeCertificates } from './certificates.ts';
import type { KnownEngine } from './known-engines.ts';

/** Root file systems of suites, kept from run to run: MCPCAT_ENGINE_TREES, or a folder of /tmp. */
const trees = process.env['MCPCAT_ENGINE_TREES'] ?? path.join(tmpdir(), 'mcpcat-engine-trees');
const packages: Readonly<Record<KnownEngine['suite'], string>> = {
  bookworm: 'podman,runc,crun,conmon,uidmap,slirp4netns,fuse-overlayfs',
  trixie: 'openssh-server,docker.io,docker-cli,containerd,runc,podman,crun,uidmap,slirp4netns,fuse-overlayfs',
  forky: 'docker.io,containerd,runc',
};
const common = 'iptables,iproute2,ca-certificates,procps,netbase';
const startMs = 60_000;

/** An engine of this test's own, by pivot_root in namespaces of its own (enter.sh); needs root and mmdebstrap. */
export class OwnEngine {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-engine-'));
  /** The root file system that it runs in. */
  readonly tree: string;
  readonly #daemon: ChildProcess;

  private constructor({ suite, command, elsewhere }: KnownEngine) {
    this.tree = path.join(trees, suite);
    if (elsewhere === true) makeCertificates(path.join(this.folder, 'tls'));
    const enter = path.join(import.meta.dirname, 'enter.sh');
    const entered = ['sh', enter, this.tree, this.folder, 'sh', '-c', command];
    const unshared = ['unshare', '--mount', '--net', '--fork', '--kill-child'];
    const log = createWriteStream(this.log);
    // It ends, and its containers with it, also when this process is killed.
    this.#daemon = spawn('setpriv', ['--pdeathsig', 'KILL', ...unshared, ...entered], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#daemon.stdout?.pipe(log, { end: false });
    this.#daemon.stderr?.pipe(log, { end: false });
  }

  static async start(known: KnownEngine): Promise<OwnEngine> {
    makeTree(known.suite);
    const own = new OwnEngine(known);
    for (const late = Date.now() + startMs; Date.now() < late; await sleep(250))
      if (await own.#answers()) return own;
    const text = readFileSync(own.log, 'utf8').slice(-3000);
    await own.remove();
    throw new Error(`${known.name} did not start:\n${text}`);
  }

  get log(): string {
    return path.join(this.folder, 'log');
  }

  get address(): string {
    return `unix://${this.folder}/engine.sock`;
  }

  /** A process in its namespaces: the daemon itself, which took the place of all that started it. */
  get pid(): number {
    const ours = this.#processes().find((pid) => commandOf(String(pid)).startsWith('dockerd\0'));
    if (ours === undefined) throw new Error('no dockerd of this engine runs');
    return ours;
  }

  async #answers(): Promise<boolean> {
    const engine = await connectEngine({ endpoint: this.address, env: process.env });
    return engine.info().then(
      () => true,
      () => false,
    );
  }

  /** With its data, and with what it has left running. */
  async remove(): Promise<void> {
    const ended = new Promise((resolve) => this.#daemon.once('close', resolve));
    const running = this.#daemon.exitCode === null && this.#daemon.signalCode === null;
    for (const pid of this.#processes()) stop(pid, 'SIGTERM');
    if (running) await Promise.race([ended, sleep(15_000)]);
    for (const pid of this.#processes()) stop(pid, 'SIGKILL');
    this.#daemon.kill('SIGKILL');
    await sleep(500);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 500 });
  }

  /** Only they know the folder's name. */
  #processes(): number[] {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
    return pids.filter((pid) => commandOf(pid).includes(this.folder)).map(Number);
  }
}

function makeTree(suite: KnownEngine['suite']): void {
  const tree = path.join(trees, suite);
  if (existsSync(path.join(tree, 'usr/bin'))) return;
  mkdirSync(trees, { recursive: true });
  // A mirror may stand still; what it has is signed all the same.
  const validity = '--aptopt=Acquire::Check-Valid-Until "false"';
  const include = `--include=${packages[suite]},${common}`;
  const { status, stderr } = spawnSync('mmdebstrap', ['--variant=minbase', validity, include, suite, tree], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`mmdebstrap ${suite}: ${stderr.slice(-2000)}`);
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

function stop(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone by itself.
  }
}
