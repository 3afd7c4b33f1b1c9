import { common, type CommandSpec } from '../command.ts';

export const spec: CommandSpec = {
  name: 'tools',
  summary: 'List the tools of a server; see and approve what it has changed of them',
  usage: 'NAME | diff NAME | approve NAME [TOOL…]',
  options: {
    profile: { type: 'string', value: 'P', help: 'diff, approve: as this profile serves it' },
    catalog: common.anyCatalog,
    json: common.json,
  },
  examples: [
    ['mcpcat tools git', 'what it offers, without starting it'],
    ['mcpcat tools git --json', 'with every member of their definitions'],
    ['mcpcat tools diff git', 'what it listed when serve last ran it, against what was reviewed'],
    ['mcpcat tools approve git git_log', 'shows that tool as it is now'],
  ],
  completes: 'entries',
  load: () => import('../execute/tools.ts'),
};
