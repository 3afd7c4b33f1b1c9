import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { mustRun } from './ran.ts';

/**
 * Folders that programs of a node write to under names that nobody can change (`/run/netns`, `/var/log/containers`,
 * `/var/lib/cni`): the node has its own, in memory.
 */
const ownFolders = ['/run', '/var/lib', '/var/log'];

/** Network, mounts and processes of the node. */
export class NodeNamespaces {
  /** Of process 1 of the node, as this machine counts. */
  readonly pid: number;

  constructor(pid: number) {
    this.pid = pid;
  }

  /** The same command inside: in the node's network alone, or as one of its processes. */
  inside(command: readonly string[], as: 'neighbour' | 'process'): string[] {
    const kinds = as === 'neighbour' ? ['--net'] : ['--net', '--mount', '--pid'];
    return ['nsenter', '--target', String(this.pid), ...kinds, '--', ...command];
  }

  /** Starts a program of the node, which writes to that log and its process id inside to that file. */
  start(
    command: readonly string[],
    { log, pidFile }: { readonly log: string; readonly pidFile: string },
  ): void {
    // Not as nsenter's own child: one that is suspended would suspend nsenter, which then waits for nobody any more.
    const script = '"$@" & echo $! > "$0"; wait $!';
    const [nsenter = '', ...args] = this.inside(['sh', '-c', script, pidFile, ...command], 'process');
    const file = openSync(log, 'a');
    spawn(nsenter, args, { stdio: ['ignore', file, file], detached: true }).unref();
  }

  /** No error if it is gone. */
  async kill(pidFile: string, signal: 'KILL' | 'STOP' | 'CONT'): Promise<void> {
    const pid = (await readFile(pidFile, 'utf8')).trim();
    const script = `kill -s ${signal} ${pid} 2>/dev/null || true`;
    await mustRun(this.inside(['sh', '-c', script], 'process'));
  }
}

/** Process 1 in there ends with us, even if we are killed, and with it every process, mount and interface of the node. */
export async function openNodeNamespaces(pause: string): Promise<NodeNamespaces & AsyncDisposable> {
  const mounts = ownFolders.map((folder) => `mount -t tmpfs -o mode=755 node ${folder}`);
  const script = ['set -e', 'mount --make-rshared /', ...mounts, 'exec "$0"'].join('\n');
  const unshare = ['unshare', '--net', '--mount', '--propagation', 'slave', '--pid', '--fork'];
  const holder = spawn(
    'setpriv',
    ['--pdeathsig', 'KILL', ...unshare, '--kill-child=KILL', '--mount-proc', 'sh', '-c', script, pause],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let complaint = '';
  holder.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const pid = await childRunning(holder, pause);
  if (pid === undefined) throw new Error(`the node got no namespaces of its own: ${complaint}`);
  return Object.assign(new NodeNamespaces(pid), { [Symbol.asyncDispose]: async () => end(holder, pid) });
}

async function end(holder: ChildProcess, pid: number): Promise<void> {
  if (holder.exitCode !== null || holder.signalCode !== null) return;
  const ended = once(holder, 'exit');
  process.kill(pid, 'SIGKILL');
  await ended;
}

/** The process id of the only child of `unshare`, once it is what it shall be. */
async function childRunning(holder: ChildProcess, program: string): Promise<number | undefined> {
  const parent = String(holder.pid);
  for (const giveUp = Date.now() + 20_000; Date.now() < giveUp && holder.exitCode === null; await sleep(50)) {
    const children = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8').catch(() => '');
    const [child = ''] = children.trim().split(' ');
    const command = child === '' ? '' : await readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '');
    if (command.startsWith(`${program}\0`)) return Number(child);
  }
  return undefined;
}
