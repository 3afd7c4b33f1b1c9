import { common, type CommandSpec } from '../command.ts';

export const spec: CommandSpec = {
  name: 'ps',
  summary: 'Show the servers that run now, and for whom',
  usage: '',
  options: {
    everyone: common.everyone,
    engine: common.engine,
    json: common.json,
  },
  examples: [['mcpcat ps', 'one line a container, and one for each server of serve that sleeps']],

  load: () => import('../execute/ps.ts'),
};
