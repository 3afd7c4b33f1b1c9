import type { NetworkRequest, PermittedRule } from '../egress/rules.ts';
import type { BindMount, Guarantee, Labels } from '../engine/engine.ts';
import type { Isolation } from './isolation.ts';

/** A folder that a server may write in. */
export interface WrittenFolder {
  /** The mount's name in the entry. */
  readonly name: string;
  readonly source: string;
  readonly target: string;
  /** Below `source`: what the user's machine runs by itself, and which is therefore read-only. */
  readonly guarded: readonly string[];
}

/** Everything a server may do, after the user's overrides: the one thing that smoke test and launcher start from. */
export interface Sandbox {
  readonly name: string;
  /** Settings that are no secret; they appear in the container's configuration. */
  readonly env: Readonly<Record<string, string>>;
  /** Handed over through mcpcat-init's secrets handoff, never in the configuration. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  /** What is started; undefined for what the image starts. */
  readonly program?: readonly string[];
  /** Folders of the user's with the guards on top of them, and volumes for the server's own. */
  readonly mounts: readonly BindMount[];
  /** Of these what the user handed over by the entry's names, wherever in the container it is seen. */
  readonly handed: readonly BindMount[];
  /** Folders handed over for writing, and what is guarded in them. */
  readonly written: readonly WrittenFolder[];
  /** `uid:gid`, never root. */
  readonly user: string;
  /** Folders that are a tmpfs of their own. */
  readonly writable: readonly string[];
  readonly memoryBytes: number;
  readonly cpus: number;
  readonly pids: number;
  /** Stronger than the engine's default. */
  readonly isolation?: Isolation | undefined;
  /** What the engine has not got and the user does without. */
  readonly lacking?: readonly Guarantee[];
  readonly shmBytes: number | undefined;
  /** What may be reached over the tunnel; there is no other network. */
  readonly network: readonly PermittedRule[];
  /** Its programs may read /etc/resolv.conf themselves, as some libraries of Python do, and refuse an empty one. */
  readonly readsResolvConf: boolean;
  /** Where it listens in the container, if it speaks HTTP instead of stdio. */
  readonly http?: { readonly port: number; readonly path: string };
}

/** What a user may change at the start of a server. */
export interface Overrides {
  readonly env: Readonly<Record<string, string>>;
  /** Variables that the entry does not declare and the user gives all the same (extra-env.ts). */
  readonly extraEnv?: Readonly<Record<string, string>>;
  /** `TZ` as the client has it. */
  readonly timeZone?: string | undefined;
  readonly mounts: readonly MountRequest[];
  readonly memory?: string | undefined;
  readonly cpus?: string | undefined;
  readonly pids?: string | undefined;
  /** What the user adds to the declared hosts, or takes away. */
  readonly network?: Pick<NetworkRequest, 'allow' | 'allowLocal' | 'deny' | 'only'>;
  /** A folder of this machine with certificates of authorities that the user trusts (write-authorities.ts). */
  readonly authorities?: string | undefined;
  /** Thrown away if nothing is said: only a user's own session leaves something behind. */
  readonly state?: StateUse;
  /** Labels of what it keeps, beside its name: whose it is. */
  readonly stateLabels?: Labels;
  /** Replace the entry's arguments' tail: appended after them. */
  readonly args: readonly string[];
}

/** Whether what a server writes into its state folders is there at its next start. */
export type StateUse = 'kept' | 'thrown-away';

/** `NAME=HOSTPATH[:ro|rw|rw-all]`. */
export interface MountRequest {
  readonly name: string;
  readonly hostPath: string;
  readonly mode: MountMode | undefined;
}

/** `rw-all`: also what the user's machine runs by itself (src/sandbox/host-run.ts), which `rw` keeps read-only. */
export type MountMode = 'ro' | 'rw' | 'rw-all';

export interface Owner {
  readonly uid: number;
  readonly gid: number;
  /** Permission bits, as stat(2) has them. */
  readonly mode: number;
}

export interface PathEntry {
  readonly name: string;
  readonly kind: 'folder' | 'file' | 'link';
}

/** What the policy asks of the file system; injected so that the policy itself stays pure. */
export interface Paths {
  /** The path without symbolic links, or undefined if it does not exist. */
  realPath(path: string): string | undefined;
  isFolder(path: string): boolean;
  /** A regular file: no socket, no device, no pipe. */
  isFile(path: string): boolean;
  /** Undefined where owners mean nothing to a container. */
  ownerOf(path: string): Owner | undefined;
  /** True if a socket lies in this folder (not deeper: a repository's own tools keep theirs below). */
  holdsSocket(path: string): boolean;
  /** `DEV:INO` as stat(2) has them, in decimal; undefined where there is nothing, or no such numbers. */
  identityOf(path: string): string | undefined;
  /** Whether a container sees the same numbers: an engine in a virtual machine shows others. */
  readonly keepsIdentity: boolean;
  /** What lies in a folder, links as links; nothing for one that can't be listed. */
  entries(path: string): readonly PathEntry[];
  /** What a regular file begins with, up to 64 KiB; undefined for anything else, and for what can't be read. */
  textOf(path: string): string | undefined;
  /** Whether files may carry labels of SELinux, without which a container can't use them. */
  readonly labelled: boolean;
  /** Whether file names that differ in case alone are the same file. */
  readonly caseless: boolean;
  /** Where mcpcat keeps settings, consents and code that it loads. */
  readonly ownFolders: readonly string[];
  /** Where this machine starts programs from: `PATH`, and mcpcat's own installation. Without links. */
  readonly programFolders: readonly string[];
  /** Home folders of the account: by the environment and by the system. */
  readonly homes: readonly string[];
}
