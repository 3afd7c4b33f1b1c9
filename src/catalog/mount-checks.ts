import type { Entry } from './entry.ts';

/** What the schema alone can't say about an entry. */
export interface Contradiction {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly hint?: string;
}

/** Folders of the image: a mount or tmpfs over one would replace the program or its libraries. */
const ownFolders = [
  '/app',
  '/bin',
  '/dev',
  '/etc',
  '/lib',
  '/lib64',
  '/mcpcat-init',
  '/proc',
  '/root',
  '/sbin',
  '/sys',
  '/usr',
  '/var/lib',
  '/run',
];

/** Files for the test lie in a declared folder, or are the declared file. */
export function smokeFiles({ smoke, permissions: { mounts } }: Entry): Contradiction[] {
  const files = Object.keys(smoke.files ?? {});
  return files.flatMap((file) => {
    const path = ['smoke', 'files', file];
    const mount = mounts.find(({ name }) => file.startsWith(`${name}/`));
    if (mount === undefined) {
      const message = `smoke.files: ${file} lies in no mount of permissions.mounts`;
      return [{ path, message, hint: 'write MOUNT/PATH with the name of a mount' }];
    }
    if (mount.kind !== 'file') return [];
    const isOnly = files.every((other) => other === file || !other.startsWith(`${mount.name}/`));
    if (isOnly && file.split('/').length === 2) return [];
    const message = `smoke.files: ${file}: the mount ${mount.name} is one file`;
    return [{ path, message, hint: `write one ${mount.name}/NAME` }];
  });
}

export function mountKinds({ permissions: { mounts } }: Entry): Contradiction[] {
  return mounts.flatMap(({ name, kind, many }, index) =>
    kind === 'file' && many === true
      ? [
          {
            path: ['permissions', 'mounts', index, 'many'],
            message: `mount ${name}: expected one of kind: file and many: true, found both`,
            hint: 'declare a mount for each file, or a folder',
          },
        ]
      : [],
  );
}

export function mountTargets(entry: Entry): Contradiction[] {
  const { mounts } = entry.permissions;
  return mounts.flatMap(({ name, target }, index) => {
    const path = ['permissions', 'mounts', index];
    const others = mounts.slice(0, index);
    return [
      ...(isOwn(target)
        ? [
            {
              path,
              message: `mount ${name}: ${target} is a folder of the image`,
              hint: 'use /data or /workspace',
            },
          ]
        : []),
      ...(others.some((other) => overlap(other.target, target))
        ? [{ path, message: `mount ${name}: ${target} overlaps another mount` }]
        : []),
      ...(others.some((other) => other.name === name)
        ? [{ path, message: `mount ${name}: the name is used twice` }]
        : []),
    ];
  });
}

/** Whether a folder would hide a folder of the image. */
export function isOwn(folder: string): boolean {
  return (
    ownFolders.some((own) => overlap(own, folder) && !own.startsWith(`${folder}/`)) ||
    folder === '/' ||
    folder === '/var'
  );
}

export function overlap(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}
