import { spawn, spawnSync } from 'node:child_process';
import { existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from '../engine/engine.ts';
import type { Host } from '../host/host.ts';
import { thisHost } from '../host/this-host.ts';
import { McpcatError } from '../lib/errors.ts';
import { childEnvironment } from '../lib/child-environment.ts';

const logFile = path.join(os.tmpdir(), 'mcpcat-dockerd.log');
/** Holds the pid of an engine that we started: only that one is ever stopped by us. */
const pidFile = path.join(os.tmpdir(), 'mcpcat-dockerd.pid');
const timeoutMs = 60_000;

export interface FixRequest {
  readonly host: Host;
  readonly find: () => Promise<Engine>;
  readonly say: (line: string) => void;
}

/** On Debian or Ubuntu as root: installs the distribution's engine, starts it, waits for it. */
export async function fix({ find, host, say }: FixRequest): Promise<void> {
  if (await answers(find)) return say('nothing to do: the engine answers');
  refuseElsewhere(host);
  if (!has('dockerd')) install(['docker.io', 'iptables'], say);
  await startEngine(find, say);
}

function refuseElsewhere(host: Host): void {
  const advice =
    host.system === 'darwin'
      ? 'install Docker Desktop, OrbStack or Colima and start it'
      : host.system !== 'linux' || !existsSync('/usr/bin/apt-get')
        ? "install Docker or Podman with your system's package manager and start it"
        : host.user?.uid === 0
          ? undefined
          : 'run it as root, or sudo apt-get install docker.io && sudo systemctl start docker';
  if (advice !== undefined)
    throw new McpcatError('engine-missing', "mcpcat can't install an engine here", { hint: advice });
}

function install(packages: readonly string[], say: (line: string) => void): void {
  say(`installing ${packages.join(' ')} with apt-get`);
  apt(['update', '-qq']);
  apt(['install', '-y', '-qq', '--no-install-recommends', ...packages]);
}

function apt(args: readonly string[]): void {
  const { status, stderr } = spawnSync('apt-get', args, {
    encoding: 'utf8',
    env: childEnvironment(process.env, { DEBIAN_FRONTEND: 'noninteractive' }),
  });
  if (status !== 0)
    throw new McpcatError('engine-missing', `apt-get ${args[0] ?? ''} failed`, {
      detail: stderr.trim().split('\n').slice(-10),
    });
}

async function startEngine(find: () => Promise<Engine>, say: (line: string) => void): Promise<void> {
  if (existsSync('/run/systemd/system')) {
    say('starting the engine with systemctl');
    spawnSync('systemctl', ['start', 'docker'], { env: childEnvironment(process.env) });
  } else {
    say(`starting dockerd, its log is ${logFile}`);
    const log = openSync(logFile, 'a');
    const child = spawn('dockerd', [], {
      detached: true,
      stdio: ['ignore', log, log],
      env: childEnvironment(process.env),
    });
    child.on('error', () => undefined);
    child.unref();
    writeFileSync(pidFile, String(child.pid));
  }
  const deadline = Date.now() + timeoutMs;
  while (!(await answers(find))) {
    if (Date.now() > deadline) {
      const detail = existsSync(logFile) ? readFileSync(logFile, 'utf8').trim().split('\n').slice(-10) : [];
      throw new McpcatError(
        'engine-missing',
        `the engine did not answer within ${String(timeoutMs / 1000)} s`,
        { detail },
      );
    }
    await sleep(250);
  }
  say('the engine answers');
}

/** Stops the engine if it is one that we started; otherwise does nothing. */
export async function stopStartedEngine(): Promise<void> {
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8'));
  rmSync(pidFile, { force: true });
  if (!isDockerd(pid)) return;
  process.kill(pid, 'SIGTERM');
  const deadline = Date.now() + 20_000;
  while (isDockerd(pid) && Date.now() < deadline) await sleep(200);
}

function isDockerd(pid: number): boolean {
  return path.basename(thisHost().processOf(pid)?.words[0] ?? '') === 'dockerd';
}

async function answers(find: () => Promise<Engine>): Promise<boolean> {
  try {
    await (await find()).info();
    return true;
  } catch {
    return false;
  }
}

function has(program: string): boolean {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin'];
  return folders.some((folder) => existsSync(path.join(folder, program)));
}
