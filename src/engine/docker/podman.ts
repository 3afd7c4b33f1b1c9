import type { ContainerSettings, HostAddress } from '../engine.ts';
import type { TmpfsMount } from '../restrictions.ts';
import { docker, type Dialect } from './dialect.ts';
import { tmpfsOptions } from './words.ts';

/** Not among those of its ordinary containers (containers.conf(5), `default_capabilities`). */
const withoutThem: ReadonlySet<string> = new Set(['AUDIT_WRITE', 'MKNOD', 'NET_RAW']);

/** Podman's compatible API, as measured on 4.3 and 5.4 (docs/engines.md). `profile` is a file with our seccomp profile. */
export function podman({
  profile,
  version,
}: {
  readonly profile: string;
  readonly version: string;
}): Dialect {
  return {
    name: 'podman',
    podmanApi: version,
    // It opens what Docker takes as the profile itself.
    seccomp: profile,
    translate: (settings) => ({
      ...settings,
      tmpfs: [...settings.tmpfs.map(withoutOwner), ...closedFolders(settings)],
      nameResolution: {
        ...settings.nameResolution,
        hosts: [...ownNames(settings), ...settings.nameResolution.hosts],
      },
    }),
    // Unlike Docker it would copy the image's folder into it, with that folder's owner.
    tmpfs: (mount) => `${tmpfsOptions(mount)},notmpcopyup`,
    volumeLabels: 'lost',
    // Podman 4 would ask for a million, which takes a right that not every engine has. Of all containers together.
    ulimits: [{ Name: 'nproc', Soft: 32_768, Hard: 32_768 }],
    build: (processes) => ({
      ulimits: JSON.stringify([`nproc=${String(processes)}:${String(processes)}`]),
      // The builder's version is no part of an image.
      identitylabel: false,
    }),
    // A name without a registry gets one: which, depends on the call that gave it.
    imageName: (listed) => listed.replace(/^(localhost|docker\.io(\/library)?)\//, ''),
    ordinaryCapabilities: docker.ordinaryCapabilities.filter((name) => !withoutThem.has(name)),
    // Folders only: what is in them is listed by itself. /etc is where it mounts its hosts and resolv.conf.
    ownChanges: new Set(['/etc', '/var', ...opened]),
    // Podman 4 records each one that is the container's own as `shareable` (libpod, container_inspect_linux.go).
    ipc: (recorded) => (version.startsWith('4.') && recorded === 'shareable' ? 'unsaid' : recorded),
    furtherAttachment: 'ends-input',
  };
}

/**
 * It takes neither `uid` nor `gid`. A folder of root's that everybody may write in is as good for the one user that
 * there is: no process in the container is root's, and nobody else sees it.
 */
function withoutOwner(mount: TmpfsMount): TmpfsMount {
  return mount.uid === 0 && mount.gid === 0 ? mount : { ...mount, uid: 0, gid: 0, mode: 0o1777 };
}

/** With a read-only root it makes these three writable by itself, without a limit. */
const opened = ['/run', '/tmp', '/var/tmp'];

function closedFolders({ readOnlyRoot, tmpfs, mounts }: ContainerSettings): TmpfsMount[] {
  if (!readOnlyRoot) return [];
  const taken = new Set([...tmpfs, ...mounts].map(({ target }) => target));
  return opened
    .filter((target) => !taken.has(target))
    .map((target) => ({ target, bytes: 4096, uid: 0, gid: 0, mode: 0o555, readOnly: true }));
}

/** It writes /etc/hosts in any case, and there `localhost` would be ::1 first, where nothing of ours listens. */
function ownNames({ hostname }: ContainerSettings): HostAddress[] {
  const names = ['localhost', ...(hostname === undefined ? [] : [hostname])];
  return names.map((name) => ({ name, address: '127.0.0.1' }));
}
