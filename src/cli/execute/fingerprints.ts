import { loadBases, withOverrides } from '../../base/references.ts';
import { generateServer } from '../../image-build/build-server.ts';
import type { Platform } from '../../engine/engine.ts';
import type { Fingerprints } from '../../catalog-index/gather.ts';
import { templatesFolder } from './build-environment.ts';

/** Those that a lock has artifacts for. */
const platforms: readonly Platform[] = ['linux/amd64', 'linux/arm64'];

/** From recipes, locks and `--base` alone, for every platform: the same on every machine. */
export async function fingerprintsNow(overrides: readonly string[]): Promise<Fingerprints> {
  const templates = templatesFolder();
  const each = await Promise.all(
    platforms.map(async (platform) => {
      const bases = withOverrides(await loadBases(templates, platform), overrides);
      return { platform, bases };
    }),
  );
  return async (server) => {
    const found = each.map(async ({ platform, bases }) => {
      const { fingerprint } = await generateServer(server, { bases, templates, platform });
      return [platform, fingerprint] as const;
    });
    return Object.fromEntries(await Promise.all(found));
  };
}
