import type { RunProfile } from '../attest/run-profile.ts';
import { coversRuleText } from '../lib/host-rule.ts';

/**
 * What an entry permits beyond the signed run profile of its image, one line each; none if it is the same or narrower.
 * Both are in the form of `runProfileOf`.
 */
export function widerThan(signed: RunProfile, entry: RunProfile): string[] {
  return [
    ...(signed.server === entry.server ? [] : [`it is of the server ${signed.server}`]),
    ...entry.permissions.network
      .filter((host) => !signed.permissions.network.some((rule) => coversRuleText(rule, host)))
      .map((host) => `network: ${host}`),
    ...widerMounts(signed, entry),
    ...entry.permissions.state
      .filter((state) => !signed.permissions.state.some((other) => isSame(other, state)))
      .map(({ name }) => `keeps from run to run: ${name}`),
    ...entry.permissions.writable
      .filter((folder) => !signed.permissions.writable.includes(folder))
      .map((folder) => `writes in memory at ${folder}`),
    ...widerSettings(signed, entry),
    ...widerLimits(signed, entry),
  ];
}

/** Everything but the mode must be the same: another place inside is another permission. */
function widerMounts(signed: RunProfile, entry: RunProfile): string[] {
  return entry.permissions.mounts
    .filter(({ mode, ...mount }) => {
      const found = signed.permissions.mounts.find(({ name }) => name === mount.name);
      if (found === undefined) return true;
      const { mode: signedMode, ...rest } = found;
      return !isSame(rest, mount) || (mode === 'rw' && signedMode === 'ro');
    })
    .map(({ name, mode }) => `folder ${name} (${mode})`);
}

function widerSettings(signed: RunProfile, entry: RunProfile): string[] {
  return entry.settings.flatMap(({ name, secret }) => {
    const found = signed.settings.find((setting) => setting.name === name);
    if (found === undefined) return [`setting ${name}`];
    return found.secret && !secret ? [`setting ${name} would no longer be kept secret`] : [];
  });
}

const limits = ['memoryBytes', 'cpus', 'pids', 'shmBytes'] as const;

function widerLimits(signed: RunProfile, entry: RunProfile): string[] {
  return limits
    .filter((limit) => entry.limits[limit] > signed.limits[limit])
    .map((limit) => `${limit}: ${String(entry.limits[limit])} (signed: ${String(signed.limits[limit])})`);
}

/** Of values that `runProfileOf` or its schema made: the same keys in the same order. */
function isSame(one: object, other: object): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
