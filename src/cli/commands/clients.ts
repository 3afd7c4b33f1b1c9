import { common, type CommandSpec } from '../command.ts';

export const spec: CommandSpec = {
  name: 'clients',
  summary: 'Show the MCP clients of this machine and what they start',
  usage: '',
  options: {
    all: { type: 'boolean', help: 'also those that are not here' },
    json: common.json,
  },
  examples: [
    ['mcpcat clients', 'which clients are here, and what their servers may do'],
    ['mcpcat clients --all', 'every client that mcpcat can write for'],
  ],
  load: () => import('../execute/clients.ts'),
};
