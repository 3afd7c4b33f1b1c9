import { loadCrossBases } from '../base/references.ts';
import type { BuildEnvironment } from '../image-build/build-server.ts';
import type { Server } from '../catalog/server.ts';
import type { Platform } from '../engine/engine.ts';
import { McpcatError } from '../lib/errors.ts';

/** Where images are built: for this machine first, then for the others that were asked for. */
export type BuildEnvironments = readonly [BuildEnvironment, ...BuildEnvironment[]];

/**
 * Build environments for a list of platforms (`linux/amd64,linux/arm64`). Of this machine's own comes first, asked for or not:
 * it is the one that is verified. On amd64, arm64 is built without emulation; nothing else is possible.
 */
export async function buildEnvironmentsFor(
  own: BuildEnvironment,
  platforms: readonly string[],
): Promise<BuildEnvironments> {
  const others = [...new Set(platforms)].filter((platform) => platform !== own.platform);
  const made = await Promise.all(others.map((platform) => foreignBuildEnvironment(own, platform)));
  return [own, ...made];
}

async function foreignBuildEnvironment(own: BuildEnvironment, platform: string): Promise<BuildEnvironment> {
  if (own.platform !== 'linux/amd64' || platform !== 'linux/arm64')
    throw new McpcatError(
      'usage',
      `platforms: expected ${own.platform} or, on linux/amd64, linux/arm64, found "${platform}"`,
    );
  const bases = await loadCrossBases(own.templates, { host: own.platform, platform });
  return { ...own, platform, bases, cross: true };
}

/** Why an entry can't be built for a platform other than the builder's; undefined if it can. From its lock alone. */
export function unfitReason({ entry, lock }: Server, platform: Platform): string | undefined {
  if (lock === undefined) return 'it has no lock yet';
  const [script] = entry.scripts;
  if (script !== undefined) return `the install script of ${script.package} would have to run there`;
  const byName = Map.groupBy(
    lock.artifacts.filter(({ kind }) => kind === 'pypi' || kind === 'deb'),
    ({ kind, name }) => `${kind} ${name}`,
  );
  for (const files of byName.values()) {
    if (files.some(({ platforms }) => platforms?.includes(platform) ?? true)) continue;
    const [first] = files;
    const what = first?.kind === 'deb' ? 'Debian package' : 'wheel';
    return `the lock has no ${what} of ${first?.name ?? ''} for ${platform}`;
  }
  return undefined;
}
