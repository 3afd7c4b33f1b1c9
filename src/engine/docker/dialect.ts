import type { ContainerSettings } from '../engine.ts';
import type { TmpfsMount } from '../restrictions.ts';
import { seccompProfile } from '../seccomp/profile.ts';
import { tmpfsOptions } from './words.ts';

interface Ulimit {
  readonly Name: string;
  readonly Soft: number;
  readonly Hard: number;
}

/**
 * What engines behind the Docker Engine API understand in different ways. An engine that can't be told something in
 * its own way refuses the container: nothing here may permit more than was asked for.
 */
export interface Dialect {
  readonly name: 'docker' | 'podman';
  /** As all its answers tell it (identify.ts); undefined for engines other than Podman. */
  readonly podmanApi: string | undefined;
  /** What `seccomp=` takes: our profile itself, or the path of a file with it on the engine's machine. */
  readonly seccomp: string;
  /** The same container in what this engine can be told, as strict or stricter. */
  readonly translate: (settings: ContainerSettings) => ContainerSettings;
  readonly tmpfs: (mount: TmpfsMount) => string;
  /** Whether labels of a volume that is made for a container are kept, or it has to be made before. */
  readonly volumeLabels: 'kept' | 'lost';
  /** Limits of a process beside those of the settings. */
  readonly ulimits: readonly Ulimit[];
  /** What a build is asked for beside what all understand alike: at most that many processes of a user. */
  readonly build: (processes: number) => Readonly<Record<string, string | boolean>>;
  /** A name of an image as it was given, from the engine's list of its names. */
  readonly imageName: (listed: string) => string;
  /** What a container has that nobody said anything about, without `CAP_`. */
  readonly ordinaryCapabilities: readonly string[];
  /** Paths that the engine itself changes in a container's layer, to mount something there. */
  readonly ownChanges: ReadonlySet<string>;
  /** What it records of the IPC namespace, as asked for. */
  readonly ipc: (recorded: string) => string;
  /** What the end of a further attachment does to the input of the process. */
  readonly furtherAttachment: 'harmless' | 'ends-input';
}

export const docker: Dialect = {
  name: 'docker',
  podmanApi: undefined,
  seccomp: seccompProfile,
  translate: (settings) => settings,
  tmpfs: tmpfsOptions,
  volumeLabels: 'kept',
  ulimits: [],
  build: (processes) => ({ ulimits: JSON.stringify([{ Name: 'nproc', Soft: processes, Hard: processes }]) }),
  imageName: (listed) => listed,
  // moby, oci/caps/defaults.go
  ordinaryCapabilities: [
    ...['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE'],
    ...['NET_RAW', 'SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT'],
  ],
  ownChanges: new Set(),
  ipc: (recorded) => recorded,
  furtherAttachment: 'harmless',
};
