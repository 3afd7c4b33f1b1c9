import { posix } from 'node:path';
import { unixFolders, unixHome } from './folders.ts';
import type { Env, Folders, Host, ProcessFacts } from './host.ts';
import type { Machine } from './machine.ts';
import { underWsl } from './windows-paths.ts';

/** Linux, also below Windows (WSL): the process table is read from /proc (proc(5)). */
export function linuxHost(machine: Machine): Host {
  const { user, pid } = machine;
  return {
    system: 'linux',
    platform: `linux/${machine.architecture}`,
    user,
    path: posix,
    endSignals: ['SIGINT', 'SIGTERM', 'SIGHUP'],
    identity: () =>
      [machineId(machine), machine.readLink('/proc/self/ns/pid') ?? 'none', String(user?.uid ?? 0)].join(
        '\n',
      ),
    boot: () => machine.readText('/proc/sys/kernel/random/boot_id')?.trim() ?? 'unknown',
    ownStart: () => startOf(machine, pid) ?? '0',
    startsOf: (pids) => Promise.resolve(startsOf(machine, pids)),
    isSameStart: (recorded, observed) => recorded === observed,
    isOrphan: (firstParent) => isOrphan(machine, firstParent),
    processOf: (other) => processOf(machine, other),
    home: (env) => unixHome(env, machine),
    folders: (env) => foldersOf(env, machine),
    applicationSettings: (env) => posix.dirname(foldersOf(env, machine).config),
    owns: ({ uid }) => uid === user?.uid,
    engineSockets: (env) => engineSockets(machine, env),
    hasSocket: (socket) => machine.exists(socket),
    ownSocket: (folder) => `${folder}/own.sock`,
    localPath: (text) => (isWsl(machine, text) ? underWsl(text) : text),
    browserCommand: (url) => ['xdg-open', url],
  };
}

/** What an image of a system has is no machine's: empty, or a word in place of it (machine-id(5)). */
function machineId(machine: Machine): string {
  const id = machine.readText('/etc/machine-id')?.trim() ?? '';
  return ['', 'uninitialized'].includes(id) ? machine.hostname() : id;
}

function foldersOf(env: Env, machine: Machine): Folders {
  const home = unixHome(env, machine);
  return unixFolders(env, {
    config: posix.join(home, '.config/mcpcat'),
    cache: posix.join(home, '.cache/mcpcat'),
    data: posix.join(home, '.local/share/mcpcat'),
  });
}

/** Fields of /proc/PID/stat from the third on (proc_pid_stat(5)): the name before them may hold any character. */
function stat(machine: Machine, pid: number | 'self'): readonly string[] | undefined {
  const text = machine.readText(`/proc/${String(pid)}/stat`);
  return text?.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** Field 22, in clock ticks since boot: tells a reused pid apart. */
function startOf(machine: Machine, pid: number): string | undefined {
  const fields = stat(machine, pid);
  // Only the exit code is left of it: a client may never ask for that.
  return fields?.[0] === 'Z' || fields?.[0] === 'X' ? undefined : fields?.[19];
}

function startsOf(machine: Machine, pids: readonly number[]): ReadonlyMap<number, string> | undefined {
  if (startOf(machine, machine.pid) === undefined) return undefined; // no /proc here
  return new Map(
    pids.flatMap((pid) => {
      const started = startOf(machine, pid);
      return started === undefined ? [] : [[pid, started] as const];
    }),
  );
}

/**
 * We have another parent than at first, or had lost it before our first line ran. For that: a child begins in its
 * parent's session (fork(2)), and leaves it only as the leader of a session of its own (setsid(2)). So a process that
 * leads none and has a parent of another session was handed to a reaper.
 */
function isOrphan(machine: Machine, firstParent: number): boolean {
  const parent = machine.parent();
  if (parent !== firstParent) return true;
  const own = sessionOf(machine, 'self');
  const parents = sessionOf(machine, parent);
  if (own === undefined || parents === undefined || own === machine.pid) return false;
  return own !== parents;
}

/** Field 6; undefined where that can't be read. */
function sessionOf(machine: Machine, pid: number | 'self'): number | undefined {
  const session = Number(stat(machine, pid)?.[3]);
  return Number.isInteger(session) ? session : undefined;
}

function processOf(machine: Machine, pid: number): ProcessFacts | undefined {
  const words = machine.readText(`/proc/${String(pid)}/cmdline`)?.split('\0');
  const parent = Number(stat(machine, pid)?.[1]);
  if (words === undefined || !Number.isInteger(parent)) return undefined;
  return { parent, words: words.at(-1) === '' ? words.slice(0, -1) : words };
}

function engineSockets(machine: Machine, env: Env): string[] {
  const home = unixHome(env, machine);
  const given = env['XDG_RUNTIME_DIR'];
  const runtime = given?.startsWith('/') === true ? given : `/run/user/${String(machine.user?.uid ?? 0)}`;
  return [
    '/var/run/docker.sock',
    posix.join(runtime, 'docker.sock'), // rootless
    posix.join(home, '.docker/run/docker.sock'),
    posix.join(home, '.docker/desktop/docker.sock'),
    posix.join(home, '.orbstack/run/docker.sock'),
    posix.join(home, '.colima/default/docker.sock'),
    posix.join(home, '.config/colima/default/docker.sock'),
    posix.join(home, '.rd/docker.sock'),
    posix.join(runtime, 'podman/podman.sock'),
    '/run/podman/podman.sock',
    posix.join(home, '.local/share/containers/podman/machine/podman.sock'),
  ];
}

function isWsl(machine: Machine, text: string): boolean {
  if (!/^([A-Za-z]:[\\/]|[\\/]{2}wsl)/i.test(text)) return false;
  return /microsoft/i.test(machine.readText('/proc/sys/kernel/osrelease') ?? '');
}
