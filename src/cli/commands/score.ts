import { common, type CommandSpec } from '../command.ts';

export const spec: CommandSpec = {
  name: 'score',
  summary: 'How much a server could do and how much is known of it: 0 to 100, every point explained',
  usage: 'NAME… | --all',
  options: {
    all: { type: 'boolean', help: 'every server of the catalog, as a table' },
    page: { type: 'string', value: 'FILE', help: 'write all of them as Markdown' },
    catalog: common.catalog,
    json: common.json,
  },
  examples: [
    ['mcpcat score github', 'where its points come from'],
    ['mcpcat score --all --page docs/scores.md', 'the catalog, with and without the sandbox'],
  ],
  completes: 'entries',
  load: () => import('../execute/score.ts'),
};
