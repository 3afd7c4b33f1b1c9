import { z } from 'zod';
import type { Entry } from '../catalog/entry.ts';
import { bytesOf } from '../lib/size.ts';

/**
 * The predicate `https://mcpcat.dev/run-profile/v1`: everything that an entry permits its server, as its maker signed it.
 * Lists are in the entry's order, settings sorted by name. A reader refuses keys that it does not know: what it can't
 * compare it can't enforce.
 */
export const RunProfile = z.strictObject({
  /** Name of the entry. */
  server: z.string(),
  permissions: z.strictObject({
    /** Rules as the entry has them: `api.github.com:443`. */
    network: z.array(z.string()),
    mounts: z.array(
      z.strictObject({
        name: z.string(),
        target: z.string(),
        kind: z.enum(['folder', 'file']),
        mode: z.enum(['ro', 'rw']),
        many: z.boolean(),
        samePath: z.boolean(),
      }),
    ),
    state: z.array(z.strictObject({ name: z.string(), target: z.string() })),
    writable: z.array(z.string()),
  }),
  limits: z.strictObject({
    memoryBytes: z.number().int().positive(),
    cpus: z.number().positive(),
    pids: z.number().int().positive(),
    /** 0 for none at all. */
    shmBytes: z.number().int().nonnegative(),
  }),
  settings: z.array(z.strictObject({ name: z.string(), secret: z.boolean() })),
  /** Of surface.json, `sha256:…`; absent where the proof has seen none. */
  surface: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/)
    .optional(),
});
export type RunProfile = z.infer<typeof RunProfile>;

/** What an entry permits. `surface` is SHA-256 of its surface.json in hex. */
export function runProfileOf(entry: Entry, surface?: string): RunProfile {
  const { name, env, permissions, limits, shm } = entry;
  const { network, mounts, state, writable } = permissions;
  return {
    server: name,
    permissions: {
      network,
      mounts: mounts.map(
        ({ name: mount, target, kind = 'folder', mode, many = false, samePath = false }) => ({
          name: mount,
          target,
          kind,
          mode,
          many,
          samePath,
        }),
      ),
      state: state.map(({ name: volume, target }) => ({ name: volume, target })),
      writable,
    },
    limits: {
      memoryBytes: bytesOf(limits.memory, 'limits.memory'),
      cpus: limits.cpus,
      pids: limits.pids,
      shmBytes: shm === undefined ? 0 : bytesOf(shm, 'shm'),
    },
    settings: Object.entries(env)
      .map(([setting, { secret }]) => ({ name: setting, secret }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    ...(surface === undefined ? {} : { surface: `sha256:${surface}` }),
  };
}
