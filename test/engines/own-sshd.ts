import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const startMs = 20_000;

/**
 * A real sshd (Debian's, in the engine's root file system) on a loopback port, and an `ssh` that is the system's with a
 * configuration of the test's own: it knows that host by the name `far`, and a key that is authorized there.
 */
export class OwnSshd {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-sshd-'));
  readonly #tree: string;
  #daemon: ChildProcess | undefined;

  private constructor(tree: string) {
    this.#tree = tree;
  }

  static async start(tree: string): Promise<OwnSshd> {
    const own = new OwnSshd(tree);
    const port = await freePort();
    own.#keep(port);
    await own.#serve(port);
    return own;
  }

  /** Goes before everything in PATH. */
  get bin(): string {
    return this.#at('bin');
  }

  /** From now on ssh shows that key; `stranger` is authorized nowhere. */
  useKey(name: 'user' | 'stranger'): void {
    const config = readFileSync(this.#at('config'), 'utf8');
    writeFileSync(
      this.#at('config'),
      config.replace(/IdentityFile .*/, () => `IdentityFile ${this.#at(name)}`),
    );
  }

  stop(): void {
    this.#daemon?.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }

  #at(name: string): string {
    return path.join(this.folder, name);
  }

  #keep(port: number): void {
    for (const key of ['host', 'user', 'stranger'])
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', this.#at(key)]);
    const known = `[127.0.0.1]:${String(port)} ${readFileSync(this.#at('host.pub'), 'utf8')}`;
    writeFileSync(this.#at('known'), known);
    const config = [
      'Host far',
      '  HostName 127.0.0.1',
      `  Port ${String(port)}`,
      `  IdentityFile ${this.#at('user')}`,
      `  UserKnownHostsFile ${this.#at('known')}`,
      '  IdentitiesOnly yes',
    ];
    writeFileSync(this.#at('config'), `${config.join('\n')}\n`);
    mkdirSync(this.bin);
    writeFileSync(`${this.bin}/ssh`, `#!/bin/sh\nexec /usr/bin/ssh -F ${this.#at('config')} "$@"\n`);
    chmodSync(`${this.bin}/ssh`, 0o755);
  }

  /** In this machine's network, so that the loopback port is its own; sshd as its user may start it: no PAM, no accounts. */
  async #serve(port: number): Promise<void> {
    const config = [
      `HostKey ${this.#at('host')}`,
      `AuthorizedKeysFile ${this.#at('user.pub')}`,
      ...['ListenAddress 127.0.0.1', `Port ${String(port)}`, 'UsePAM no', 'StrictModes no', 'PidFile none'],
      ...['PasswordAuthentication no', 'KbdInteractiveAuthentication no'],
      'PermitRootLogin prohibit-password',
    ];
    writeFileSync(this.#at('sshd_config'), `${config.join('\n')}\n`);
    mkdirSync(this.#at('run'));
    const sshd = `mkdir -p /run/sshd && exec /usr/sbin/sshd -D -e -f ${this.#at('sshd_config')}`;
    const enter = ['sh', path.join(import.meta.dirname, 'enter.sh'), this.#tree, this.#at('run')];
    const unshare = ['unshare', '--mount', '--fork', '--kill-child'];
    const daemon = spawn('setpriv', ['--pdeathsig', 'KILL', ...unshare, ...enter, 'sh', '-c', sshd], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#daemon = daemon;
    let said = '';
    daemon.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    for (const late = Date.now() + startMs; Date.now() < late; await sleep(100)) {
      if (daemon.exitCode !== null) break;
      if (await answers(port)) return;
    }
    throw new Error(`sshd did not start:\n${said}`);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('data', (banner: Buffer) => {
      socket.destroy();
      resolve(banner.toString().startsWith('SSH-2.0'));
    });
    socket.once('error', () => resolve(false));
  });
}
