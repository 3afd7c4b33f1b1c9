import { common, type CommandSpec } from '../command.ts';

export const spec: CommandSpec = {
  name: 'update',
  summary: 'Lock the newest release of servers, with all their dependencies',
  usage: 'NAME… | --all',
  options: {
    all: { type: 'boolean', help: 'every entry of the catalog' },
    jobs: { type: 'string', value: 'N', help: 'how many at once (default: 2)' },
    mirror: { type: 'string', value: 'URL', help: 'Debian mirror for system packages' },
    catalog: common.catalog,
    json: common.json,
  },
  examples: [['mcpcat update time', 'write catalog/time/lock.json']],
  completes: 'entries',
  load: () => import('../execute/update.ts'),
};
