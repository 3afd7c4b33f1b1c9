import { win32 } from 'node:path';
import { clockStart, isSameClockStart } from './clock-start.ts';
import type { Env, Folders, Host } from './host.ts';
import type { Machine } from './machine.ts';
import { once } from './once.ts';
import { onWindows } from './windows-paths.ts';

const pipes = '\\\\.\\pipe\\';

/**
 * Windows. A process knows its parent's pid for ever, also when that is gone; pids are reused soon; the process table
 * is read with PowerShell, which takes most of a second and therefore never stands in the way of a launch.
 */
export function windowsHost(machine: Machine): Host {
  const localFolder = (env: Env): string =>
    folderOf(env['LOCALAPPDATA'], win32.join(homeOf(env, machine), 'AppData', 'Local'));
  return {
    system: 'windows',
    platform: `win32/${machine.architecture}`,
    user: undefined,
    path: win32,
    endSignals: ['SIGINT', 'SIGBREAK', 'SIGHUP'],
    identity: once(() =>
      [machineGuid(machine) ?? machine.hostname(), 'none', machine.accountName() ?? 'nobody'].join('\n'),
    ),
    // A start by the wall clock tells processes of two boots apart; nothing else needs to.
    boot: () => 'any',
    ownStart: () => clockStart(machine.startedMs),
    startsOf: (pids) => startsOf(machine, pids),
    isSameStart: isSameClockStart,
    isOrphan: (firstParent) => !machine.isAlive(firstParent),
    processOf: () => undefined,
    home: (env) => homeOf(env, machine),
    folders: (env): Folders => ({
      config: win32.join(
        folderOf(env['APPDATA'], win32.join(homeOf(env, machine), 'AppData', 'Roaming')),
        'mcpcat',
      ),
      cache: win32.join(localFolder(env), 'mcpcat', 'Cache'),
      data: win32.join(localFolder(env), 'mcpcat', 'Data'),
    }),
    applicationSettings: (env) =>
      folderOf(env['APPDATA'], win32.join(homeOf(env, machine), 'AppData', 'Roaming')),
    // No such numbers: what lies in the user's own profile is theirs by its access list.
    owns: () => true,
    engineSockets: () => [
      '//./pipe/docker_engine',
      '//./pipe/dockerDesktopLinuxEngine',
      '//./pipe/podman-machine-default',
    ],
    hasSocket: (socket) => hasPipe(machine, socket),
    // A pipe lies in no folder, but has the folder's name, which nobody can guess.
    ownSocket: (folder) => `//./pipe/${win32.basename(folder)}`,
    localPath: onWindows,
    browserCommand: (url) => [systemProgram(machine, 'rundll32.exe'), 'url.dll,FileProtocolHandler', url],
  };
}

/** HOME is Unix tools' own there, and may be written their way. */
function homeOf(env: Env, machine: Machine): string {
  return folderOf(
    env['USERPROFILE'],
    machine.accountHome() ?? win32.join(machine.temporaryFolder(), 'mcpcat-home'),
  );
}

/** With a drive or a share: `\x` would be of whatever drive is the current one. */
function folderOf(text: string | undefined, otherwise: string): string {
  return text !== undefined && /^([A-Za-z]:[\\/]|[\\/]{2}[^\\/])/.test(text) ? text : otherwise;
}

/** Made when Windows was installed; a host name is often not unique. */
function machineGuid(machine: Machine): string | undefined {
  const output = machine.run(systemProgram(machine, 'reg.exe'), [
    ...['query', 'HKLM\\SOFTWARE\\Microsoft\\Cryptography', '/v', 'MachineGuid', '/reg:64'],
  ]);
  return /MachineGuid\s+REG_SZ\s+(\S+)/.exec(output?.stdout ?? '')?.[1];
}

function systemProgram({ env }: Machine, name: string): string {
  return win32.join(folderOf(env['SystemRoot'], 'C:\\Windows'), 'System32', name);
}

/** `PID SECONDS` a line. */
async function startsOf(
  machine: Machine,
  pids: readonly number[],
): Promise<ReadonlyMap<number, string> | undefined> {
  const asked = [...new Set([machine.pid, ...pids])].filter(Number.isSafeInteger);
  const filter = asked.map((pid) => `ProcessId=${String(pid)}`).join(' OR ');
  const script =
    `Get-CimInstance Win32_Process -Filter '${filter}' | ForEach-Object { ` +
    `'{0} {1}' -f $_.ProcessId, ([DateTimeOffset]$_.CreationDate).ToUnixTimeSeconds() }`;
  const output = await machine.runLater(
    win32.join(systemProgram(machine, 'WindowsPowerShell'), 'v1.0', 'powershell.exe'),
    ['-NoProfile', '-NonInteractive', '-Command', script],
  );
  const lines = output?.stdout.split(/\r?\n/) ?? [];
  const found = new Map(
    lines.flatMap((line) => {
      const [, pid, seconds] = /^(\d+) (\d+)$/.exec(line.trim()) ?? [];
      return seconds === undefined ? [] : [[Number(pid), seconds] as const];
    }),
  );
  return found.has(machine.pid) ? found : undefined;
}

/** By the list of all pipes: to ask for one by its name would take one of its places from a client. */
function hasPipe(machine: Machine, socket: string): boolean {
  const name = /^[\\/]{2}[.?][\\/]pipe[\\/](.+)$/i.exec(socket)?.[1]?.toLowerCase();
  if (name === undefined) return machine.exists(socket);
  return machine.list(pipes)?.some((pipe) => pipe.toLowerCase() === name) ?? false;
}
