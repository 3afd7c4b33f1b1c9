import type { Readable, Writable } from 'node:stream';
import type { RecordedSettings, Security, TmpfsMount } from './restrictions.ts';

/**
 * A container engine, in our own words. Adapters translate; nothing outside `src/engine/docker` sees dockerode.
 * Every method rejects with McpcatError (`engine-missing`, `engine-denied`, `engine-failed`, `engine-gone`, …).
 */
export interface Engine extends RunEngine, ImageEngine, VolumeEngine {}

/** Images that this machine can build, load and name; a cluster has none of that. */
export interface ImageEngine {
  listImages(labels: Labels): Promise<readonly ImageFacts[]>;
  /** Builds from a tar context with the classic builder and no network. Errors inside the stream reject with `build-failed`. */
  buildImage(context: Readable, request: BuildRequest): Promise<string>;
  pullImage(reference: string, onProgress: (line: string) => void, signal?: AbortSignal): Promise<void>;
  tagImage(reference: string, newReference: string): Promise<void>;
  /** No error if it is gone already. */
  removeImage(reference: string, options?: { readonly force?: boolean }): Promise<void>;
  /** `docker save` archive. */
  saveImage(reference: string): Promise<Readable>;
  /**
   * Loads a `docker save` archive; resolves to the name or id that the engine gives for it. If the archive breaks off
   * with an error, nothing is loaded and that error rejects.
   */
  loadImage(archive: Readable): Promise<string>;
}

/** What runs servers. */
export interface RunEngine {
  /** Where it was found, for messages: `unix:///var/run/docker.sock`. */
  readonly endpoint: string;
  /**
   * Containers run from their creation, parked, and the start is a process beside that (docs/decisions/0066). So what a
   * server needs from the first moment can be there before it.
   */
  readonly parks?: true;
  info(): Promise<EngineInfo>;
  /** Undefined if there is no such image. */
  inspectImage(reference: string): Promise<ImageFacts | undefined>;

  /** Resolves to the container id; rejects with `image-missing` if the image is not here. */
  createContainer(settings: ContainerSettings): Promise<string>;
  /** Attach before start. */
  attachContainer(id: string): Promise<Attachment>;
  /**
   * Only what it writes to stderr, from now on; does not touch its stdin, and rejects with `engine-unfit` where the
   * engine can't do that.
   */
  followErrors(id: string): Promise<Readable>;
  startContainer(id: string): Promise<void>;
  /**
   * Resolves when the container has stopped. With `next-exit` call it before start, and start when `onWatching` has
   * been called: an end before that would go unseen.
   */
  waitContainer(
    id: string,
    until: 'next-exit' | 'not-running' | 'removed',
    onWatching?: () => void,
  ): Promise<ContainerEnd>;
  /** No error if it is not running or gone. */
  killContainer(id: string, signal: string): Promise<void>;
  /** Forced, with its anonymous volumes. No error if it is gone or being removed. */
  removeContainer(id: string): Promise<void>;
  inspectContainer(id: string): Promise<ContainerFacts | undefined>;
  /** All states, filtered by labels (an empty value matches any value of that label). */
  listContainers(labels: Labels): Promise<readonly ContainerSummary[]>;
  containerLogs(id: string, options: { readonly tail: number }): Promise<string>;
  /** Command lines of all processes, process 1 included. */
  containerProcesses(id: string): Promise<readonly string[]>;
  /** Bytes in use now and at peak, if the engine knows. */
  containerMemory(id: string): Promise<{ readonly now: number; readonly peak: number | undefined }>;
  /** Paths changed in the container's own layer, but for those that the engine changed to make it. */
  containerChanges(id: string): Promise<readonly string[]>;
  /** A tar of one path of a container (also stopped or never started). */
  copyOut(id: string, path: string): Promise<Readable>;
  copyIn(id: string, path: string, tar: Readable): Promise<void>;
  /** Runs a further process in a running container, attached. */
  exec(id: string, command: readonly string[], options?: { readonly user?: string }): Promise<ExecSession>;
}

/** Folders that outlive containers. */
export interface VolumeEngine {
  /** Filtered by labels, sorted by name. Measures them unless told not to, which can take seconds on a busy engine. */
  listVolumes(
    labels: Labels,
    options?: { readonly sizes?: 'measured' | 'left-out' },
  ): Promise<readonly VolumeFacts[]>;
  /** Undefined if there is no such volume. Measures nothing. */
  inspectVolume(name: string): Promise<Pick<VolumeFacts, 'labels' | 'created'> | undefined>;
  /** No error if it is gone already; `volume-in-use` if a container, running or not, still has it. */
  removeVolume(name: string): Promise<void>;
}

export type Labels = Readonly<Record<string, string>>;
export type Platform = 'linux/amd64' | 'linux/arm64';

export interface EngineInfo {
  readonly name: 'docker' | 'podman' | 'kubernetes';
  readonly version: string;
  readonly apiVersion: string;
  readonly platform: Platform;
  readonly kernel: string;
  readonly operatingSystem: string;
  readonly storageDriver: string;
  readonly cgroupVersion: '1' | '2' | 'unknown';
  readonly rootless: boolean;
  /** `seccomp`, `apparmor`, `selinux`, `userns` … as the engine names them. */
  readonly securityOptions: readonly string[];
  /** Which it can enforce, as far as it says. */
  readonly limits: Readonly<Record<LimitName, boolean>>;
  /** What of the rest it can't hold; nothing, unless it says so. */
  readonly lacks?: readonly Guarantee[];
  readonly cpus: number;
  readonly memoryBytes: number;
  /** Names of the programs that it can start containers with (`runc`, `runsc`). */
  readonly runtimes: readonly string[];
}

/** What an engine limits by control groups; `memory` without swap, `swap` memory and swap together. */
export type LimitName = 'memory' | 'swap' | 'cpu' | 'pids';

/**
 * What a user may do without, by name, where the engine can't hold it: limits; open files; folders in memory from which
 * nothing is executed; our own filter of system calls instead of the engine's.
 */
export type Guarantee = LimitName | 'nofile' | 'no-exec' | 'seccomp';

export interface ImageFacts {
  readonly id: string;
  readonly tags: readonly string[];
  readonly digests: readonly string[];
  readonly labels: Labels;
  readonly bytes: number;
  readonly platform: string;
  readonly created: string;
  readonly user: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly env: readonly string[];
  /** Folders that the engine makes a volume of in every container, unless something else is mounted there. */
  readonly volumes: readonly string[];
}

export interface BuildRequest {
  readonly tag: string;
  readonly labels?: Labels;
  readonly platform?: Platform;
  readonly target?: string;
  readonly onOutput: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** Everything a container is started with: the output of `sandbox`, neutral of any engine's field names. */
export interface ContainerSettings {
  /** Letters, digits, `_`, `.` and `-`; every call takes it in place of the id. The engine makes one up if undefined. */
  readonly name?: string;
  readonly image: string;
  /** Appended to the image's entrypoint. */
  readonly command: readonly string[];
  /** Undefined keeps the image's. */
  readonly entrypoint?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Labels;
  readonly user: string;
  readonly workingDir?: string;
  readonly hostname?: string;
  readonly readOnlyRoot: boolean;
  readonly security: Security;
  /** The program that the engine starts it with, by its name there; the engine's default if undefined. */
  readonly runtime?: string;
  readonly network: 'none';
  readonly ipc: 'none' | 'private';
  /** Size of /dev/shm when `ipc` is private. */
  readonly shmBytes?: number;
  readonly memoryBytes: number;
  readonly nanoCpus: number;
  readonly pids: number;
  readonly nofile: number;
  /** What the engine has not got and the user does without: it is neither asked for nor read back. */
  readonly lacking?: readonly Guarantee[];
  /** For an engine that parks containers; others have no use for it. */
  readonly parked?: Parked;
  /** Folders in memory; they count into the container's own. */
  readonly tmpfs: readonly TmpfsMount[];
  readonly mounts: readonly BindMount[];
  readonly sysctls: Readonly<Record<string, string>>;
  readonly nameResolution: NameResolution;
  readonly autoRemove: boolean;
  readonly stopSignal?: string;
}

/** What a container runs until its server is started beside it, and as long as that runs. */
export interface Parked {
  readonly command: readonly string[];
  /** What that reads from its standard input before anything else. */
  readonly input?: string;
}

/** How names lead to addresses in the container. */
export interface NameResolution {
  /**
   * `written`: the engine writes /etc/hosts and /etc/resolv.conf from what stands below; `empty`: both are empty, where
   * it can leave that.
   */
  readonly files: 'written' | 'empty';
  /** IP addresses. */
  readonly resolvers: readonly string[];
  readonly hosts: readonly HostAddress[];
}

export interface HostAddress {
  readonly name: string;
  readonly address: string;
}

export interface BindMount {
  /**
   * Absolute path on the engine's host, or a volume's name when `kind` is volume: it is made if it does not exist, and
   * an empty name is a volume of this container alone, removed with it.
   */
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  readonly kind: 'bind' | 'volume';
  /** A bind of one file. Otherwise it is a folder. */
  readonly file?: true;
  /** Of a bind: `DEV:INO` (stat(2), decimal) of what was judged; the same must be found mounted (docs/decisions/0021). */
  readonly identity?: string | undefined;
  /**
   * Of a bind: where the engine confines containers by SELinux, the label of what is mounted, and of all below it, may be
   * changed to the one that containers share (`:z`), which stays. Elsewhere it means nothing.
   */
  readonly relabel?: 'allowed';
  /** Of a volume that is made for this container; one that exists keeps its own. */
  readonly labels?: Labels;
  /** Of a volume: it does not take what the image has there. */
  readonly empty?: true;
}

export interface VolumeFacts {
  readonly name: string;
  readonly labels: Labels;
  /** ISO 8601, if the engine tells. */
  readonly created: string | undefined;
  /** Undefined if the engine did not measure it. */
  readonly bytes: number | undefined;
  /** Ids of the containers that have it, in any state. */
  readonly containers: readonly string[];
}

/** Three streams of one hijacked connection. Back-pressure works on each; `stdin.end()` half-closes. */
export interface Attachment {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Drops the connection at once. */
  destroy(): void;
}

export interface ExecSession extends Attachment {
  /** Exit code once it has ended; undefined while it runs. */
  exitCode(): Promise<number | undefined>;
}

export interface ContainerEnd {
  readonly exitCode: number;
  readonly error?: string;
}

export interface ContainerFacts {
  readonly id: string;
  readonly state: string;
  readonly exitCode: number;
  readonly outOfMemory: boolean;
  readonly pid: number;
  readonly labels: Labels;
  /** As it was asked for. */
  readonly image: string;
  /** What that was when the container was made: `sha256:…`. */
  readonly imageId: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly recorded: RecordedSettings;
}

export interface ContainerSummary {
  readonly id: string;
  readonly state: string;
  /** By the name that it was asked for. */
  readonly image: string;
  /** The engine's id of that image, which stays when the name goes to another. */
  readonly imageId: string;
  readonly labels: Labels;
  /** Seconds since the epoch. */
  readonly created: number;
}
