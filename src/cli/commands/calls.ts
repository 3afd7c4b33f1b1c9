import { common, type CommandSpec } from '../command.ts';

export const spec: CommandSpec = {
  name: 'calls',
  summary: 'Show who called which tool of the servers that serve has served',
  usage: '[--server NAME] [--since TIME]',
  options: {
    server: { type: 'string', value: 'NAME', help: 'only this server’s' },
    since: { type: 'string', value: 'TIME', help: '30m, 2h, 7d, or a date such as 2026-11-27T09:00Z' },
    last: { type: 'string', value: 'N', help: 'how many to show (default: 20)' },
    json: common.json,
  },
  examples: [
    ['mcpcat calls', 'the last ones, and a summary per tool'],
    ['mcpcat calls --server github --since 1d', 'one server’s of a day'],
  ],
  load: () => import('../execute/calls.ts'),
};
