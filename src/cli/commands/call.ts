import type { CommandSpec } from '../command.ts';
import { startOptions } from './start-options.ts';

export const spec: CommandSpec = {
  name: 'call',
  summary: 'Call one tool of a server, without any client',
  usage: 'NAME TOOL [JSON | - | KEY=VALUE… | KEY:=JSON…] [OPTIONS] [-- ARGS]',
  options: {
    timeout: {
      type: 'string',
      value: 'SECONDS',
      help: 'how long each answer may take (default: 60); progress of the call begins it anew',
    },
    json: { type: 'boolean', help: 'print the whole answer as JSON, also one that is an error' },
    ...startOptions,
  },
  examples: [
    [
      'mcpcat call time get_current_time timezone=Europe/Berlin',
      'values are read as the tool’s schema has them',
    ],
    [
      'mcpcat call memory create_entities entities:=\'[{"name": "a", "entityType": "b", "observations": []}]\'',
      'JSON for one of them',
    ],
    ['mcpcat call time convert_time - < arguments.json', 'all of them from standard input'],
    ['mcpcat call filesystem list_directory path=/data --mount data=$PWD --json', 'for a script'],
  ],
  completes: 'entries',
  load: () => import('../execute/call.ts'),
};
