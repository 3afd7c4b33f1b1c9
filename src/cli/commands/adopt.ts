import { common, type CommandSpec } from '../command.ts';
import { clientOptions } from './client-options.ts';

export const spec: CommandSpec = {
  name: 'adopt',
  summary: 'Run the servers that clients start today in containers instead',
  usage: '',
  options: {
    ...clientOptions,
    server: {
      type: 'string',
      multiple: true,
      value: 'NAME',
      help: 'only this one, as the client calls it; repeated for several',
    },
    lossy: { type: 'boolean', help: 'also those of which something can’t be carried over' },
    catalog: common.anyCatalog,
    engine: common.engine,
    json: common.json,
    quiet: common.quiet,
  },
  examples: [
    ['mcpcat adopt', 'look at each, and say yes or no'],
    ['mcpcat adopt --dry-run', 'what it would do'],
    ['mcpcat adopt --client cursor --server github --yes', 'one server of one client'],
    ['mcpcat undo', 'take it back'],
  ],
  load: () => import('../execute/adopt.ts'),
};
