import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { readBaseLock, type DebianPackage } from '../base/base-lock.ts';
import { baseKinds, type BaseKind } from '../base/recipe.ts';
import { apt, isolatedApt } from './apt.ts';

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
  readonly mirror: string;
  readonly signal?: AbortSignal | undefined;
}

/** What `mcpcat base update` would take, from the mirror's signed indices alone: nothing is unpacked or written. */
export async function newerPackages(request: Request): Promise<NewerPackage[]> {
  const locked = await lockedPackages(request);
  const architectures = new Set(locked.map(({ architecture }) => architecture));
  const newest = new Map<string, string>();
  for (const architecture of architectures) {
    const names = locked.filter((found) => found.architecture === architecture).map(({ name }) => name);
    const found = await candidates(request, { architecture, names: [...new Set(names)] });
    for (const [name, version] of found) newest.set(`${architecture} ${name}`, version);
  }
  return locked.flatMap(({ kind, platform, name, version, architecture }) => {
    const found = newest.get(`${architecture} ${name}`);
    return found === undefined || found === version
      ? []
      : [{ kind, platform, name, locked: version, newest: found }];
  });
}

interface Locked extends DebianPackage {
  readonly kind: BaseKind;
  readonly platform: string;
}

/** Packages for every architecture are looked up as this platform's own. */
async function lockedPackages({ templates, platforms }: Request): Promise<Locked[]> {
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

async function candidates(
  { mirror, signal }: Request,
  { architecture, names }: { readonly architecture: string; readonly names: readonly string[] },
): Promise<ReadonlyMap<string, string>> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'mcpcat-apt-'));
  try {
    const options = await isolatedApt({ folder, mirror, architecture });
    await apt({ signal }, ['apt-get', ...options, 'update', '-qq']);
    const text = await apt({ signal }, ['apt-cache', ...options, 'policy', ...names]);
    const found = text.matchAll(/^(\S+?)(?::\S+)?:\n {2}Installed: .*\n {2}Candidate: (\S+)$/gm);
    return new Map([...found].map(([, name = '', version = '']) => [name, version]));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
