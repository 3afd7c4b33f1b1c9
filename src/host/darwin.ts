import { posix } from 'node:path';
import { clockStart, isSameClockStart } from './clock-start.ts';
import { unixFolders, unixHome } from './folders.ts';
import type { Env, Host, ProcessFacts } from './host.ts';
import type { Machine } from './machine.ts';
import { once } from './once.ts';

/** By their whole paths: a client's PATH may be short. */
const ps = '/bin/ps';
const sysctl = '/usr/sbin/sysctl';
const ioreg = '/usr/sbin/ioreg';
/** The pid of launchd, to which orphans are handed. */
const launchd = 1;

/** macOS: the process table is read with ps(1). */
export function darwinHost(machine: Machine): Host {
  const { user } = machine;
  const wasOrphaned = once(() => wasOrphan(machine, machine.parent()));
  return {
    system: 'darwin',
    platform: `darwin/${machine.architecture}`,
    user,
    path: posix,
    endSignals: ['SIGINT', 'SIGTERM', 'SIGHUP'],
    identity: once(() =>
      [hardware(machine) ?? machine.hostname(), 'none', String(user?.uid ?? 0)].join('\n'),
    ),
    boot: once(() => said(machine, sysctl, ['-n', 'kern.bootsessionuuid']) ?? 'unknown'),
    ownStart: () => clockStart(machine.startedMs),
    startsOf: (pids) => startsOf(machine, pids),
    isSameStart: isSameClockStart,
    isOrphan: (firstParent) => machine.parent() !== firstParent || wasOrphaned(),
    processOf: (pid) => processOf(machine, pid),
    home: (env) => unixHome(env, machine),
    folders: (env) => {
      const library = posix.join(unixHome(env, machine), 'Library');
      return unixFolders(env, {
        config: posix.join(library, 'Application Support/mcpcat'),
        cache: posix.join(library, 'Caches/mcpcat'),
        data: posix.join(library, 'Application Support/mcpcat'),
      });
    },
    applicationSettings: (env) => posix.join(unixHome(env, machine), 'Library/Application Support'),
    owns: ({ uid }) => uid === user?.uid,
    engineSockets: (env) => engineSockets(machine, env),
    hasSocket: (socket) => machine.exists(socket),
    ownSocket: (folder) => `${folder}/own.sock`,
    localPath: (text) => text,
    browserCommand: (url) => ['/usr/bin/open', url],
  };
}

/** The machine's own number: the host name of a laptop changes with the network that it is in. */
function hardware(machine: Machine): string | undefined {
  const text = said(machine, ioreg, ['-rd1', '-c', 'IOPlatformExpertDevice']);
  return /"IOPlatformUUID" = "([^"]+)"/.exec(text ?? '')?.[1];
}

function said(machine: Machine, program: string, args: readonly string[]): string | undefined {
  const output = machine.run(program, args);
  const text = output?.exitCode === 0 ? output.stdout.trim() : '';
  return text === '' ? undefined : text;
}

/** `PID STAT Fri Nov 27 10:59:27 2026`, a process a line; the exit code is 1 where one of them is missing. */
async function startsOf(
  machine: Machine,
  pids: readonly number[],
): Promise<ReadonlyMap<number, string> | undefined> {
  // Ourselves too: an answer without us is none.
  const asked = [...new Set([machine.pid, ...pids])].join(',');
  const output = await machine.runLater(ps, ['-o', 'pid=,stat=,lstart=', '-p', asked]);
  const lines = output?.stdout.split('\n') ?? [];
  const found = new Map(
    lines.flatMap((line) => {
      const [, pid, state, started] = /^\s*(\d+)\s+(\S+)\s+(\S.*?)\s*$/.exec(line) ?? [];
      const time = Date.parse(`${started ?? ''} UTC`);
      return state === undefined || state.startsWith('Z') || Number.isNaN(time)
        ? []
        : [[Number(pid), clockStart(time)] as const];
    }),
  );
  return found.has(machine.pid) ? found : undefined;
}

/**
 * Whether our parent was gone before our first line ran. What launchd starts by itself leads a process group of its
 * own; a child that was handed to it stays in its first parent's.
 */
function wasOrphan(machine: Machine, parent: number): boolean {
  if (parent !== launchd) return false;
  const group = said(machine, ps, ['-o', 'pgid=', '-p', String(machine.pid)]);
  return group !== undefined && Number(group) !== machine.pid;
}

/** The words of a command line are not kept apart by ps: one with a blank in it counts as two. */
function processOf(machine: Machine, pid: number): ProcessFacts | undefined {
  const text = said(machine, ps, ['-ww', '-o', 'ppid=,command=', '-p', String(pid)]);
  const [, parent, command] = /^(\d+)\s+(\S.*)$/s.exec(text ?? '') ?? [];
  if (command === undefined) return undefined;
  // `/Applications/Visual Studio Code.app/Contents/MacOS/Code Helper --type=x`: the program ends at the first option.
  const bundle = /^(\/.*?\.app\/Contents\/.*?)(?:\s+-.*)?$/s.exec(command)?.[1];
  return {
    parent: Number(parent),
    words: bundle === undefined ? command.split(/\s+/) : [bundle, ...rest(command, bundle)],
  };
}

function rest(command: string, program: string): string[] {
  const text = command.slice(program.length).trim();
  return text === '' ? [] : text.split(/\s+/);
}

function engineSockets(machine: Machine, env: Env): string[] {
  const home = unixHome(env, machine);
  return [
    '/var/run/docker.sock',
    posix.join(home, '.docker/run/docker.sock'), // Docker Desktop, per user
    posix.join(home, '.docker/desktop/docker.sock'),
    posix.join(home, '.orbstack/run/docker.sock'),
    posix.join(home, '.colima/default/docker.sock'),
    posix.join(home, '.config/colima/default/docker.sock'),
    posix.join(home, '.rd/docker.sock'), // Rancher Desktop
    posix.join(home, '.local/share/containers/podman/machine/podman.sock'),
    posix.join(home, '.local/share/containers/podman/machine/podman-machine-default/podman.sock'),
    posix.join(home, '.local/share/containers/podman/machine/qemu/podman.sock'),
  ];
}
