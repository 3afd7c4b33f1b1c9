import type { OptionSpec } from '../command.ts';

/** Of the commands that write into clients' files. */
export const clientOptions = {
  client: {
    type: 'string',
    multiple: true,
    value: 'CLIENT',
    help: 'a client by its id, repeated for several (default: all that are here)',
  },
  scope: {
    type: 'string',
    value: 'user|project|local',
    help: 'the file of the user, that of the project in this folder, or what the user has for it alone (default: user)',
  },
  yes: { type: 'boolean', help: 'write without asking' },
  'dry-run': { type: 'boolean', help: 'show the change and write nothing' },
} as const satisfies Record<string, OptionSpec>;
