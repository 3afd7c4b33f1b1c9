import { common, type CommandSpec } from '../command.ts';
import { clientOptions } from './client-options.ts';

export const spec: CommandSpec = {
  name: 'config',
  summary: 'Hand the set-up of servers to somebody else, as a file without secrets',
  usage: 'export [NAME…] | import FILE|-',
  options: {
    out: { type: 'string', value: 'FILE', help: 'export: write here instead of to standard output' },
    server: {
      type: 'string',
      multiple: true,
      value: 'NAME',
      help: 'import: only this server of the file, repeated for several',
    },
    env: {
      type: 'string',
      multiple: true,
      value: 'NAME[=VALUE]',
      help: 'import of one server: a setting that the file does not have, or another value',
    },
    mount: {
      type: 'string',
      multiple: true,
      value: 'NAME=PATH[:ro|rw|rw-all]',
      help: 'import of one server: another folder for this mount',
    },
    ...clientOptions,
    catalog: common.anyCatalog,
    engine: common.engine,
    json: common.json,
    quiet: common.quiet,
  },
  examples: [
    [
      'mcpcat config export github --out github.json',
      'how your clients start it; names of secrets, no values',
    ],
    ['mcpcat config import github.json', 'asks for what is not in it, shows the change, writes on a yes'],
    [
      'mcpcat config import github.json --client cursor --mount data=$PWD',
      'with another folder, in one client',
    ],
    ['mcpcat undo', 'take it back'],
  ],
  completes: ['export', 'import'],
  load: () => import('../execute/config.ts'),
};
