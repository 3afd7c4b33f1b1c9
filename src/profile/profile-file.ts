import { z } from 'zod';
import { envName, line } from '../catalog/entry-texts.ts';
import { jsonText } from '../lib/folders.ts';

/**
 * The schema of `profiles/NAME.yaml`. Unknown keys are errors: a typo never weakens. The descriptions are what editors
 * show.
 */
const duration = z
  .string()
  .regex(/^([1-9][0-9]{0,4}(s|m)|([1-9]|1[0-9]|2[0-4])h)$/, 'must be a time such as 30s, 10m or 2h');
const size = z.string().regex(/^[1-9][0-9]{0,5}[kmg]$/, 'must be a size such as 256k or 4m');
const pattern = line.describe('The whole name of a tool; `*` stands for any characters.');
export const serverName = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,60}[a-z0-9])?$/, 'must be the name of a server: mcpcat list shows them');

const Tools = z.strictObject({
  allow: z.array(pattern).optional().describe('Only these. Left out: all that are not denied.'),
  deny: z.array(pattern).default([]).describe('Never these, whatever `allow` says.'),
});

const policyKeys = {
  tools: Tools.optional().describe('Which tools are shown and may be called, by the server’s own names.'),
  readOnly: z
    .boolean()
    .optional()
    .describe(
      'Only tools whose annotations say that they only read. A hint of the server’s about itself: nothing enforces it.',
    ),
  timeout: duration
    .optional()
    .describe('After so long a call is cancelled and answered with an error: `30s`, `10m`, `2h`.'),
  maxResult: size.optional().describe('The largest result of a call, as JSON: `256k`, `4m`.'),
  largerResults: z
    .enum(['cut', 'refuse'])
    .optional()
    .describe('`cut`: what fits, a note, and the whole as a resource. `refuse`: an error.'),
  callsPerMinute: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .optional()
    .describe('Calls of its tools, of all clients of one process together.'),
  idle: duration.optional().describe('A server that nobody has called for so long is put to sleep; 10m.'),
};

export const PolicyKeys = z.strictObject(policyKeys);
export type PolicyKeys = z.infer<typeof PolicyKeys>;

/** YAML reads `8080` and `true` as no texts; to the server they are. */
const setting = z.union([z.string(), z.number(), z.boolean()], {
  error: 'must be a text, a number, true or false',
});

const mountPath = z.string().min(1, 'must be a path').max(4096);

export const ServerSection = z.strictObject({
  settings: z
    .record(envName, setting)
    .default({})
    .describe('Its settings, no secrets: those are kept by `mcpcat secret set`.'),
  secrets: z
    .array(envName)
    .optional()
    .describe('Which of its stored secrets it gets. Left out: all that are stored for it; `[]`: none.'),
  mounts: z
    .record(line, z.union([mountPath, z.array(mountPath)], { error: 'must be a path, or a list of paths' }))
    .default({})
    .describe('Folders and files by the names that the entry declares: `PATH`, `PATH:rw`, `~/PATH`.'),
  args: z.array(line).default([]).describe('Arguments after those of the entry.'),
  ...policyKeys,
});
export type ServerSection = z.infer<typeof ServerSection>;

export const ProfileFile = z.strictObject({
  description: line.optional().describe('What it is for, for `mcpcat profile list`.'),
  defaults: PolicyKeys.optional().describe(
    'What holds for every server that says nothing else; its denied tools are denied everywhere.',
  ),
  servers: z
    .record(
      serverName,
      z.union([ServerSection, z.null()]).describe('Empty: the server with nothing but its defaults.'),
    )
    .describe('What is served, by the names of the catalog.'),
});

/** `profile.schema.json`: what editors complete and check a profile with. */
export function schemaText(): string {
  const schema = z.toJSONSchema(ProfileFile, { io: 'input' });
  return jsonText({ ...schema, title: 'mcpcat profile', description: 'mcpcat/profiles/<name>.yaml' });
}
