import { common, type CommandSpec } from '../command.ts';

export const spec: CommandSpec = {
  name: 'accept',
  summary: 'Agree to what a server may do now',
  usage: 'NAME',
  options: {
    'insecure-unverified': common.unverified,
    catalog: common.anyCatalog,
    json: common.json,
  },
  examples: [
    ['mcpcat info brave-search', 'read it first'],
    ['mcpcat accept brave-search', 'show what is new, and let it start'],
  ],
  completes: 'entries',
  load: () => import('../execute/accept.ts'),
};
