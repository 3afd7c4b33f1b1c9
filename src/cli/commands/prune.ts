import { common, type CommandSpec } from '../command.ts';

export const spec: CommandSpec = {
  name: 'prune',
  summary:
    'Remove containers whose client is provably gone, and what broken builds and earlier versions left',
  usage: '',
  options: {
    'dry-run': { type: 'boolean', help: 'only show them' },
    engine: common.engine,
    json: common.json,
  },
  examples: [['mcpcat prune --dry-run', 'what would go']],

  load: () => import('../execute/prune.ts'),
};
