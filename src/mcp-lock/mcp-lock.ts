import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { RecordedImage } from '../catalog/quick-image.ts';
import type { Entry, Mount } from '../catalog/entry.ts';
import type { Tool } from '../catalog/tools.ts';
import { grantOf } from '../consent/grant.ts';
import { codeOf } from '../lib/error-code.ts';
import { McpcatError, messageOf } from '../lib/errors.ts';
import { jsonText } from '../lib/folders.ts';
import { JsonFault, placeOf, readJson } from '../settings/json.ts';

const sha256 = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'expected sha256: and 64 hexadecimal digits');
const names = z.array(z.string());

const Permissions = z.strictObject({
  network: names,
  /** Name → the most that it may be, and where: `ro /data`, `rw /work many`, `ro /credentials file`. */
  mounts: z.record(z.string(), z.string().regex(/^r[ow] \/\S+(?: file)?(?: many)?(?: samePath)?$/)),
  /** Name → where. */
  state: z.record(z.string(), z.string()),
  writable: names,
  settings: names,
  secrets: names,
  memoryBytes: z.number(),
  cpus: z.number(),
  pids: z.number(),
  /** 0 for none at all. */
  shmBytes: z.number(),
});

const LockedServer = z.strictObject({
  /** `npm:@scope/name`, without the range. */
  source: z.string(),
  /** The release; null where there is none. */
  version: z.string().nullable(),
  /** What is pulled; null until somebody has published one. */
  image: z.strictObject({ repository: z.string().nullable(), digest: sha256 }).nullable(),
  /** Name → hash of name, description and schema; null if they were never listed. */
  tools: z.record(z.string(), sha256).nullable(),
  permissions: Permissions,
});
export type LockedServer = z.infer<typeof LockedServer>;

/**
 * `mcp-lock.json`: which servers a machine or a team uses, to be committed. The top level is that of the tools that
 * share the name: a version, and servers by name with the hash of each tool; what we know beyond that stands beside it.
 */
const McpLock = z.strictObject({
  lockfileVersion: z.literal(1),
  generator: z.literal('mcpcat'),
  servers: z.record(z.string(), LockedServer),
});

export type LockedServers = Readonly<Record<string, LockedServer>>;

/** The same servers give the same text. */
export function lockText(servers: LockedServers): string {
  const sorted = Object.fromEntries(Object.entries(servers).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return jsonText({ lockfileVersion: 1, generator: 'mcpcat', servers: sorted });
}

/** Throws `lock-missing` without a file, `lock-invalid` for one that is none of ours. */
export async function readMcpLock(file: string): Promise<LockedServers> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT')
      throw new McpcatError('lock-missing', `there is no ${file}`, { hint: 'mcpcat lock writes it' });
    throw new McpcatError('io-failed', `can't read ${file}: ${messageOf(error)}`, { cause: error });
  }
  return parseMcpLock(text, file);
}

export function parseMcpLock(text: string, file: string): LockedServers {
  let value: unknown;
  try {
    // Also what JSON.parse takes in silence: a server that stands there twice.
    readJson(text);
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    throw new McpcatError('lock-invalid', `${file}:${placeOf(text, error.at)}: ${error.message}`, {
      hint: 'bring back the file that was committed, or remove it and write it anew: mcpcat lock',
      cause: error,
    });
  }
  const parsed = McpLock.safeParse(value);
  if (parsed.success) return parsed.data.servers;
  throw new McpcatError('lock-invalid', `${file}: expected a lock as mcpcat lock writes it`, {
    hint: 'another tool has a file of this name; name another place',
    detail: parsed.error.issues.slice(0, 5).map(({ path, message }) => `${path.join('.')}: ${message}`),
  });
}

/** A server as its catalog has it now. */
export interface ServerNow {
  readonly entry: Entry;
  readonly version: string | null;
  readonly image: RecordedImage | undefined;
  /** Undefined if they were never listed. */
  readonly tools: readonly Tool[] | undefined;
}

export function lockedServer({ entry, version, image, tools }: ServerNow): LockedServer {
  const grant = grantOf({ entry, image, tools: undefined });
  const { network, writable, settings, secrets, memoryBytes, cpus, pids, shmBytes } = grant;
  const { mounts, state } = entry.permissions;
  return {
    source: grant.package,
    version,
    image: image === undefined ? null : { repository: image.repository ?? null, digest: image.digest },
    tools:
      tools === undefined
        ? null
        : Object.fromEntries(byName(tools).map((tool) => [tool.name, toolHash(tool)])),
    permissions: {
      network: [...network],
      mounts: Object.fromEntries(mounts.map((mount) => [mount.name, mountText(mount)])),
      state: Object.fromEntries(state.map(({ name, target }) => [name, target])),
      writable: [...writable],
      settings: [...settings],
      secrets: [...secrets],
      memoryBytes,
      cpus,
      pids,
      shmBytes,
    },
  };
}

function mountText({ mode, target, kind, many, samePath }: Mount): string {
  const words = [kind === 'file' && 'file', many === true && 'many', samePath === true && 'samePath'];
  return [mode, target, ...words.filter((word) => word !== false)].join(' ');
}

function byName(tools: readonly Tool[]): Tool[] {
  return tools.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Of JSON with sorted keys and nothing between them; the schema counts by its own hash. */
function toolHash({ name, description, schema }: Tool): string {
  return `sha256:${createHash('sha256').update(JSON.stringify({ description, name, schema })).digest('hex')}`;
}
