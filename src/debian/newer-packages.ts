import { readBaseLock } from '../base/base-lock.ts';
import { baseKinds, type BaseKind } from '../base/recipe.ts';
import type { LockedDeb } from './locked-deb.ts';

/** A package of a base's lock of which the mirror has a newer version. */
export interface NewerPackage {
  readonly kind: BaseKind;
  readonly platform: string;
  readonly name: string;
  readonly locked: string;
  readonly newest: string;
}

interface Request {
  readonly templates: string;
  readonly platforms: readonly string[];
  /** The newest version of each `name:arch`. */
  readonly newest: (names: readonly string[]) => Promise<ReadonlyMap<string, string>>;
}

/** What `mcpcat base update` would take, from the mirror's signed indices alone: nothing is unpacked or written. */
export async function newerPackages({ newest, ...request }: Request): Promise<NewerPackage[]> {
  const locked = await lockedPackages(request);
  if (locked.length === 0) return [];
  const found = await newest([...new Set(locked.map(nameOf))].sort());
  return locked.flatMap((item) => {
    const { kind, platform, name, version } = item;
    const candidate = found.get(nameOf(item));
    return candidate === undefined || candidate === version
      ? []
      : [{ kind, platform, name, locked: version, newest: candidate }];
  });
}

function nameOf({ name, architecture }: Locked): string {
  return `${name}:${architecture}`;
}

interface Locked extends LockedDeb {
  readonly kind: BaseKind;
  readonly platform: string;
}

/** Packages for every architecture are looked up as this platform's own. */
async function lockedPackages({ templates, platforms }: Omit<Request, 'newest'>): Promise<Locked[]> {
  const found: Locked[] = [];
  for (const platform of platforms) {
    for (const kind of baseKinds) {
      const { build, runtime } = await readBaseLock(templates, kind, platform);
      const own = platform.replace('linux/', '');
      for (const item of [...build, ...runtime]) {
        const architecture = item.architecture === 'all' ? own : item.architecture;
        found.push({ ...item, architecture, kind, platform });
      }
    }
  }
  return found;
}
