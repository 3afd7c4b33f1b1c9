import { common, type CommandSpec } from '../command.ts';

export const spec: CommandSpec = {
  name: 'search',
  summary: 'Search the catalog',
  usage: 'WORDS',
  options: {
    catalog: common.anyCatalog,
    json: common.json,
  },
  examples: [['mcpcat search browser', 'best first: names, descriptions and what tools say']],

  load: () => import('../execute/search.ts'),
};
