import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import os from 'node:os';
import { codeOf } from '../lib/error-code.ts';

/** What a machine can be asked: real in the program, made up in tests, so that each system is tested on any machine. */
export interface Machine {
  /** As Node names it: `linux`, `darwin`, `win32`. */
  readonly platform: string;
  /** As Node names it: `x64`, `arm64`. */
  readonly architecture: string;
  readonly user: { readonly uid: number; readonly gid: number } | undefined;
  readonly pid: number;
  /** When this process started, by the wall clock. Milliseconds since the epoch. */
  readonly startedMs: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  parent(): number;
  hostname(): string;
  /** Undefined where the account has none. */
  accountHome(): string | undefined;
  accountName(): string | undefined;
  temporaryFolder(): string;
  /** Undefined if it can't be read. */
  readText(file: string): string | undefined;
  readLink(file: string): string | undefined;
  /** Names in a folder; undefined if it can't be listed. */
  list(folder: string): readonly string[] | undefined;
  exists(file: string): boolean;
  /** Whether a process of this number exists. */
  isAlive(pid: number): boolean;
  /** Standard output and exit code; undefined if it could not be run. For programs that answer at once. */
  run(program: string, args: readonly string[]): Output | undefined;
  runLater(program: string, args: readonly string[]): Promise<Output | undefined>;
}

export interface Output {
  readonly exitCode: number;
  readonly stdout: string;
}

const timeoutMs = 10_000;
const maxBytes = 4 << 20;

/** The one that this process runs on. */
export function thisMachine(): Machine {
  return {
    platform: process.platform,
    architecture: process.arch,
    user:
      process.getuid === undefined || process.getgid === undefined
        ? undefined
        : { uid: process.getuid(), gid: process.getgid() },
    pid: process.pid,
    // Node loads its clock when it is first asked for, and Linux does not ask.
    get startedMs() {
      return performance.timeOrigin;
    },
    env: process.env,
    parent: () => process.ppid,
    hostname: () => os.hostname(),
    // An account without a line in passwd has neither.
    accountHome: () => unlessFailed(() => os.userInfo().homedir),
    accountName: () => unlessFailed(() => os.userInfo().username),
    temporaryFolder: () => os.tmpdir(),
    readText: (file) => unlessFailed(() => readFileSync(file, 'utf8')),
    readLink: (file) => unlessFailed(() => readlinkSync(file)),
    list: (folder) => unlessFailed(() => readdirSync(folder)),
    exists: (file) => existsSync(file),
    isAlive,
    run,
    runLater,
  };
}

function unlessFailed<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** Times and words in one form, whatever the user's language and place. */
function childOptions(): { env: NodeJS.ProcessEnv; encoding: 'utf8'; timeout: number; windowsHide: true } {
  const { SystemRoot } = process.env;
  const env = { LC_ALL: 'C', TZ: 'UTC', ...(SystemRoot === undefined ? {} : { SystemRoot }) };
  return { env, encoding: 'utf8', timeout: timeoutMs, windowsHide: true };
}

function run(program: string, args: readonly string[]): Output | undefined {
  // Loaded here: a launch on Linux never needs it.
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const { status, stdout } = spawnSync(program, args, {
    ...childOptions(),
    maxBuffer: maxBytes,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return status === null ? undefined : { exitCode: status, stdout };
}

function runLater(program: string, args: readonly string[]): Promise<Output | undefined> {
  const { execFile } = process.getBuiltinModule('node:child_process');
  return new Promise((resolve) => {
    execFile(program, args, { ...childOptions(), maxBuffer: maxBytes }, (error, stdout) => {
      const code = error === null ? 0 : error.code;
      resolve(typeof code === 'number' ? { exitCode: code, stdout } : undefined);
    });
  });
}
