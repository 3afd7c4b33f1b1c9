import { z } from 'zod';

/** One package of a `package-lock.json`, version 3 (docs.npmjs.com/cli/configuring-npm/package-lock-json); only what is read. */
const LockedPackage = z.object({
  /** Where a package stands under another one. */
  name: z.string().optional(),
  version: z.string().optional(),
  resolved: z.string().optional(),
  integrity: z.string().optional(),
  link: z.boolean().optional(),
  inBundle: z.boolean().optional(),
  optional: z.boolean().optional(),
  hasInstallScript: z.boolean().optional(),
  os: z.array(z.string()).optional(),
  cpu: z.array(z.string()).optional(),
  libc: z.array(z.string()).optional(),
  // Old packages have their licence in other forms.
  license: z.unknown().optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
  peerDependencies: z.record(z.string(), z.string()).optional(),
});
export type LockedPackage = z.infer<typeof LockedPackage>;

/** By place: `node_modules/a/node_modules/@b/c`; the empty place is the project itself. */
export const PackageLock = z.object({ packages: z.record(z.string(), LockedPackage) });

/** `node_modules/a/node_modules/@b/c` → `@b/c`. */
export function nameOfPlace(place: string): string {
  return place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

/** npm's rule for `os`, `cpu` and `libc`: listed, or not excluded with `!`. */
export function fitsPlatform(
  { os, cpu, libc }: LockedPackage,
  platform: 'linux/amd64' | 'linux/arm64',
): boolean {
  return (
    allows(os, 'linux') && allows(cpu, platform === 'linux/arm64' ? 'arm64' : 'x64') && allows(libc, 'glibc')
  );
}

function allows(list: readonly string[] | undefined, value: string): boolean {
  if (list === undefined || list.length === 0 || list.includes('any')) return true;
  const positive = list.filter((item) => !item.startsWith('!'));
  return !list.includes(`!${value}`) && (positive.length === 0 || positive.includes(value));
}
