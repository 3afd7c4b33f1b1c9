import { common, type CommandSpec } from '../command.ts';

export const spec: CommandSpec = {
  name: 'profile',
  summary: 'Show and check your profiles: what one serve serves, and what clients may do',
  usage: 'list | show NAME | check [NAME…]',
  options: {
    catalog: common.anyCatalog,
    json: common.json,
  },
  examples: [
    ['mcpcat profile list', 'your profiles and where they lie'],
    ['mcpcat profile show work', 'what holds for each of its servers'],
    ['mcpcat profile check', 'compares all with the catalog and with the stored secrets'],
  ],
  completes: ['list', 'show', 'check'],
  load: () => import('../execute/profile.ts'),
};
