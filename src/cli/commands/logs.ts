import { common, type CommandSpec } from '../command.ts';

export const spec: CommandSpec = {
  name: 'logs',
  summary: 'Follow what a running server says on stderr (nothing of it is stored)',
  usage: 'ID|NAME',
  options: {
    everyone: common.everyone,
    engine: common.engine,
  },
  examples: [['mcpcat logs brave-search', 'until the server ends or you press Ctrl-C']],
  completes: 'entries',
  load: () => import('../execute/logs.ts'),
};
