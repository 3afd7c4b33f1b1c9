import type { PlatformPath } from 'node:path';

export type Env = Readonly<Record<string, string | undefined>>;

export type System = 'linux' | 'darwin' | 'windows';

/**
 * What differs by operating system, behind one door: nothing else in `src` asks which system it runs on, who the user
 * is, or reads the process table. Nothing here throws for want of a fact; each method says what it gives instead.
 */
export interface Host {
  readonly system: System;
  /** System and processor as packages of native programs name them: `linux/x64`, `darwin/arm64`, `win32/x64`. */
  readonly platform: string;
  /** Undefined on Windows, which has no such numbers. */
  readonly user: { readonly uid: number; readonly gid: number } | undefined;
  /** How paths are written here. */
  readonly path: PlatformPath;
  /** Signals that end a program here. Windows has no SIGTERM: a client there closes stdin, or kills. */
  readonly endSignals: readonly NodeJS.Signals[];
  /**
   * What no other machine, process namespace or user has in common with us, the same from start to start: a pid means
   * nothing in another namespace, and another user's processes may be hidden from us (proc(5), hidepid).
   */
  identity(): string;
  /** The same from start to start until the machine boots again. */
  boot(): string;
  /** When this process started, in the form of `startsOf`. */
  ownStart(): string;
  /**
   * When each of these processes started: those that are missing do not exist, or only an exit code is left of them.
   * Undefined if the process table can't be read: then nobody may be judged dead.
   */
  startsOf(pids: readonly number[]): Promise<ReadonlyMap<number, string> | undefined>;
  /** Whether a recorded and an observed start can be the same process's. In doubt they can. */
  isSameStart(recorded: string, observed: string): boolean;
  /**
   * True if the process that started us is gone; `firstParent` is the one that we had when our code began. Costs
   * little: it is asked twice a second.
   */
  isOrphan(firstParent: number): boolean;
  /** Undefined if there is no such process, or the system does not tell at once. */
  processOf(pid: number): ProcessFacts | undefined;
  /** Absolute, also where the environment has none or nonsense. */
  home(env: Env): string;
  folders(env: Env): Folders;
  /** Where applications of this system keep a user's settings, each in a folder of its own. */
  applicationSettings(env: Env): string;
  /** Whether a file of this owner (`uid` of its stat) is this user's own. */
  owns(facts: { readonly uid: number }): boolean;
  /** Where engines listen by custom, the most usual first: paths of sockets, or of named pipes. */
  engineSockets(env: Env): readonly string[];
  /** Whether something is at such a place. Connects to nothing. */
  hasSocket(socket: string): boolean;
  /** Where a process of ours can listen, given a folder that only this user may enter. */
  ownSocket(folder: string): string;
  /** A path as the user may have written it → as this machine has it: `C:\x` under WSL is `/mnt/c/x`. */
  localPath(text: string): string;
  /** The command that shows an address in the user's browser. No shell is between. */
  browserCommand(url: string): readonly [program: string, ...args: string[]];
}

export interface ProcessFacts {
  readonly parent: number;
  /** Its command line. May hold secrets: never to be shown or stored as it is. */
  readonly words: readonly string[];
}

/** Absolute folders of ours; none of them need exist. */
export interface Folders {
  /** What the user writes: settings. */
  readonly config: string;
  /** What can be made again: downloads, parsed entries. */
  readonly cache: string;
  /** What can't, and belongs to this machine. */
  readonly data: string;
}
