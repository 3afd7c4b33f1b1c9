import { z } from 'zod';
import { envName, line } from '../catalog/entry-texts.ts';
import { jsonText } from '../lib/folders.ts';
import { serverName, ServerSection } from '../profile/profile-file.ts';

/** Raised when an older mcpcat would understand a file wrongly. */
export const setupVersion = 1;

/** How one server is started, in a form that another person's machine can use: without secrets, and without our paths. */
export const ServerSetup = z.strictObject({
  server: serverName.describe('Its name in the catalog.'),
  catalog: z
    .url({ protocol: /^https$/, error: 'must be an address that begins with https://' })
    .optional()
    .describe('The catalog that it is from. Left out: mcpcat’s own.'),
  name: line.optional().describe('What the client calls it, if not by its name.'),
  settings: z.record(envName, z.string()).default({}).describe('Its settings, no secrets.'),
  needs: z
    .array(envName)
    .default([])
    .describe('Settings whose values are not in here: secrets, and what may be one.'),
  mounts: ServerSection.shape.mounts,
  allow: z.array(line).default([]).describe('Hosts beyond those of the entry.'),
  allowLocal: z.array(z.int().min(1).max(65_535)).default([]).describe('Ports of the machine itself.'),
  denyNetwork: z.boolean().default(false),
  memory: line.optional(),
  cpus: line.optional(),
  pids: line.optional(),
  isolation: line.optional(),
  args: z.array(line).default([]).describe('Arguments after those of the entry.'),
});
export type ServerSetup = z.infer<typeof ServerSetup>;

export const SetupFile = z.strictObject({
  format: z.literal('mcpcat-config'),
  version: z.int().min(1),
  servers: z.array(ServerSetup).min(1, 'must hold at least one server'),
});

/** Only what is said; keys in the order of the schema. */
export function setupText(servers: readonly ServerSetup[]): string {
  return jsonText({
    format: 'mcpcat-config',
    version: setupVersion,
    servers: servers.map((server) =>
      Object.fromEntries(
        Object.keys(ServerSetup.shape)
          .map((key) => [key, Reflect.get(server, key)] as const)
          .filter(([, value]) => isSaid(value)),
      ),
    ),
  });
}

function isSaid(value: unknown): boolean {
  if (value === undefined || value === false) return false;
  if (Array.isArray(value)) return value.length > 0;
  return typeof value !== 'object' || value === null || Object.keys(value).length > 0;
}
