import { common, type CommandSpec } from '../command.ts';

export const spec: CommandSpec = {
  name: 'lock',
  summary: 'Write which servers are used, by digest, tools and permissions; --check finds what has changed',
  usage: '[NAME…] [--check]',
  options: {
    check: { type: 'boolean', help: 'compare instead of writing; exit code 1 for any difference' },
    file: { type: 'string', value: 'FILE', help: 'the lock (default: mcp-lock.json)' },
    catalog: common.anyCatalog,
    json: common.json,
  },
  examples: [
    ['mcpcat lock', 'the servers that this machine’s clients start with mcpcat'],
    ['mcpcat lock github time', 'these, for a team to commit'],
    ['mcpcat lock --check', 'in CI: the servers of the lock against the catalog'],
  ],
  completes: 'entries',
  load: () => import('../execute/lock.ts'),
};
