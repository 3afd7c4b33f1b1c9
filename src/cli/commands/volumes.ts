import { common, type CommandSpec } from '../command.ts';

export const spec: CommandSpec = {
  name: 'volumes',
  summary: 'Show what servers keep from run to run, and remove it on request',
  usage: '[rm VOLUME…]',
  options: {
    everyone: common.everyone,
    engine: common.engine,
    json: common.json,
  },
  examples: [
    ['mcpcat volumes', 'one line a volume'],
    ['mcpcat volumes rm mcpcat-memory-graph', 'forget what the memory server has learnt'],
  ],
  completes: ['rm'],
  load: () => import('../execute/volumes.ts'),
};
