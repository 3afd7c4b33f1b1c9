import { common, type CommandSpec } from '../command.ts';

export const spec: CommandSpec = {
  name: 'list',
  summary: 'List the servers of the catalog',
  usage: '',
  options: {
    catalog: common.anyCatalog,
    json: common.json,
  },
  examples: [
    ['mcpcat list', 'all servers with what they may reach'],
    ['mcpcat list --json', 'the same for programs'],
  ],

  load: () => import('../execute/list.ts'),
};
