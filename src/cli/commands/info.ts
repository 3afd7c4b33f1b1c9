import { common, type CommandSpec } from '../command.ts';

export const spec: CommandSpec = {
  name: 'info',
  summary: 'Show what a server may do, what it needs and how to use it',
  usage: 'NAME',
  options: {
    catalog: common.anyCatalog,
    engine: common.engine,
    json: common.json,
  },
  examples: [['mcpcat info brave-search', 'permissions first']],
  completes: 'entries',
  load: () => import('../execute/info.ts'),
};
