import { z } from 'zod';
import { envName, line } from './entry-texts.ts';

const fileInMount = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,30}(\/(?!\.{1,2}(\/|$))[A-Za-z0-9._-]+)+$/,
    'must be MOUNT/PATH with plain segments, such as config/settings.json; no . and ..',
  );

/** `smoke` of an entry. */
export const Smoke = z.strictObject({
  env: z
    .record(envName, z.string())
    .default({})
    .describe('Settings for the test alone. Examples of required settings are set anyway.'),
  args: z
    .array(line)
    .default([])
    .describe('Arguments for the test alone, where a user gives theirs: after `args`.'),
  files: z
    .record(fileInMount, z.string().max(100_000))
    .optional()
    .describe(
      'Files in mounts, for a server that needs one to start: text by `MOUNT/PATH`; for a mount that is a file, one `MOUNT/NAME`.',
    ),
  call: z
    .strictObject({
      tool: line.describe('The name of the tool.'),
      arguments: z.record(z.string(), z.unknown()).default({}).describe('Its arguments.'),
      error: line
        .optional()
        .describe(
          'For a tool that reads what it was handed and then needs a service: words of the error with which it ends there. That error is what the test wants, and no other.',
        ),
    })
    .optional()
    .describe('A tool call that the test makes; best one that answers offline.'),
});
