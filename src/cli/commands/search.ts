import { common, type CommandSpec } from '../command.ts';

export const spec: CommandSpec = {
  name: 'search',
  summary: 'Search the catalog',
  usage: 'WORDS',
  options: {
    catalog: common.anyCatalog,
    json: common.json,
  },
  examples: [['mcpcat search browser', 'servers whose name or description has the word']],

  load: () => import('../execute/search.ts'),
};
