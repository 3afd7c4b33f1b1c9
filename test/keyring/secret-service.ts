import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { thisMachine } from '../../src/host/machine.ts';
import { hostOf } from '../../src/host/this-host.ts';
import { systemKeyring } from '../../src/secrets/keyring.ts';
import { eventually } from '../rig/engine.ts';

/** A session of its own with a real Secret Service: GNOME's keyring on a D-Bus of its own, with a home of its own. */
export interface SecretService extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>>;
  /** Ends the keyring, and starts it again: unlocked with the password that it was made with, or locked. */
  restart(state: 'unlocked' | 'locked'): Promise<void>;
}

const packages = [
  'gnome-keyring',
  'libgck-1-0',
  'libgcr-base-3-1',
  'libcap-ng0',
  'libgcrypt20',
  'libglib2.0-0',
];
const daemon = 'usr/bin/gnome-keyring-daemon';

/** The machine's own, or that of Debian's packages, unpacked into a folder. Needs `dbus-daemon` and, for the second, apt. */
export async function secretService(): Promise<SecretService> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'mcpcat-keyring-'));
  const root = existsSync(`/${daemon}`) ? '/' : unpacked(folder);
  const home = path.join(folder, 'home');
  mkdirSync(home, { mode: 0o700 });
  const address = `unix:path=${path.join(folder, 'bus')}`;
  const bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address', `--address=${address}`], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(bus.stdout, 'data');
  const env = { HOME: home, DBUS_SESSION_BUS_ADDRESS: address };
  let running = await started({ root, home, env }, 'unlocked');
  return {
    env,
    async restart(state) {
      await ended(running);
      running = await started({ root, home, env }, state);
    },
    async [Symbol.asyncDispose]() {
      await ended(running);
      await ended(bus);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function unpacked(folder: string): string {
  const debs = path.join(folder, 'debs');
  const root = path.join(folder, 'root');
  mkdirSync(debs);
  execFileSync('apt-get', ['download', '-q', ...packages], { cwd: debs, stdio: 'ignore' });
  for (const deb of readdirSync(debs)) execFileSync('dpkg-deb', ['-x', path.join(debs, deb), root]);
  return root;
}

interface Start {
  readonly root: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
}

async function started({ root, home, env }: Start, state: 'unlocked' | 'locked'): Promise<ChildProcess> {
  const libraries = root === '/' ? {} : { LD_LIBRARY_PATH: librariesOf(root) };
  const child = spawn(
    path.join(root, daemon),
    [
      '--foreground',
      '--components=secrets',
      `--control-directory=${path.join(home, 'control')}`,
      ...(state === 'unlocked' ? ['--unlock'] : []),
    ],
    { env: { ...process.env, ...env, ...libraries }, stdio: ['pipe', 'pipe', 'ignore'] },
  );
  child.stdin.end(state === 'unlocked' ? 'password of the keyring' : '');
  // It tells where its control socket is before it has its name on the bus.
  await eventually(
    () => systemKeyring({ env, host: hostOf(thisMachine()) }),
    ({ kind }) => kind === 'here',
  );
  return child;
}

function librariesOf(root: string): string {
  return ['usr/lib', 'lib']
    .map((folder) => path.join(root, folder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => [
      folder,
      ...readdirSync(folder)
        .filter((name) => name.endsWith('-linux-gnu'))
        .map((name) => path.join(folder, name)),
    ])
    .join(':');
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}
