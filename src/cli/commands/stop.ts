import { common, type CommandSpec } from '../command.ts';

export const spec: CommandSpec = {
  name: 'stop',
  summary: 'Stop running servers; those of serve sleep until they are called again',
  usage: 'ID|NAME… | --all',
  options: {
    all: { type: 'boolean', help: 'all that you have started' },
    everyone: common.everyone,
    engine: common.engine,
    json: common.json,
  },
  examples: [
    ['mcpcat stop everything', 'all sessions of one server'],
    ['mcpcat stop --all', 'every session'],
  ],
  completes: 'entries',
  load: () => import('../execute/stop.ts'),
};
