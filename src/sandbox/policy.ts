import type { Entry } from '../catalog/entry.ts';
import type { BindMount } from '../engine/engine.ts';
import { McpcatError } from '../lib/errors.ts';
import { bytesOf } from '../lib/size.ts';
import { settle } from './environment.ts';
import { mountsOf } from './mounts.ts';
import type { Overrides, Paths, Sandbox } from './sandbox.ts';

/**
 * An entry and the user's overrides → what the container may do. Throws `settings-missing`, `usage` or
 * `entry-refused`, before anything exists.
 */
export function sandboxOf(entry: Entry, overrides: Overrides, paths: Paths): Sandbox {
  const { limits, permissions, shm } = entry;
  const mounts = mountsOf(entry, overrides.mounts, paths);
  return {
    name: entry.name,
    ...settle(entry, overrides.env),
    args: [...entry.args, ...overrides.args],
    mounts,
    user: userOf(mounts, paths),
    writable: permissions.writable,
    memoryBytes: bytesOf(overrides.memory ?? limits.memory, '--memory'),
    cpus: number(overrides.cpus, { fallback: limits.cpus, what: '--cpus', least: 0.01 }),
    pids: number(overrides.pids, { fallback: limits.pids, what: '--pids', least: 2 }),
    shmBytes: shm === undefined ? undefined : bytesOf(shm, 'shm'),
  };
}

/** The account in every runtime base; numeric on both sides, because `USER 65532` alone means group 0. */
const imageUser = '65532:65532';

/** In a folder handed over for writing the server works as that folder's owner, unless that is root. */
function userOf(mounts: readonly BindMount[], paths: Paths): string {
  const written = mounts.find(({ readOnly }) => !readOnly);
  const owner = written === undefined ? undefined : paths.ownerOf(written.source);
  return owner === undefined || /^0:|:0$/.test(owner) ? imageUser : owner;
}

function number(
  text: string | undefined,
  { fallback, what, least }: { fallback: number; what: string; least: number },
): number {
  if (text === undefined) return fallback;
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least) return value;
  throw new McpcatError('usage', `${what}: expected a number from ${String(least)}, found "${text}"`);
}
