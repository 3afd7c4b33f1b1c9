import type { Entry } from '../catalog/entry.ts';
import { runFlags, type Flag } from '../engine/docker/run-flags.ts';
import type { ContainerSettings } from '../engine/engine.ts';
import { hostPaths } from '../sandbox/paths.ts';
import { sandboxOf } from '../sandbox/policy.ts';
import { settingsOf } from '../sandbox/settings.ts';

/**
 * What `docker run` can enforce of an entry's sandbox, from the very settings that the launcher uses. Not among them:
 * settings and folders, which the user hands over, and the network of a server that needs some, because docker knows
 * all of it or none.
 */
export function entryFlags(entry: Entry): Flag[] {
  const offline = entry.permissions.network.length === 0;
  return runFlags(bareSettings(entry)).filter(([name]) => offline || name !== '--network');
}

/** The sandbox of an entry that nobody has handed anything: no setting, no folder, and so no host of a setting. */
function bareSettings(entry: Entry): ContainerSettings {
  const { permissions } = entry;
  const network = permissions.network.filter((host) => !host.startsWith('{'));
  const bare = { ...entry, env: {}, permissions: { ...permissions, mounts: [], network } };
  const sandbox = sandboxOf(bare, { env: {}, mounts: [], args: [], state: 'kept' }, hostPaths('/'));
  return settingsOf(sandbox, { image: '', labels: {}, autoRemove: true });
}
