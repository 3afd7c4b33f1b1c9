import { common, type CommandSpec } from '../command.ts';

export const spec: CommandSpec = {
  name: 'undo',
  summary: 'Take back the last changes of install and uninstall, byte for byte',
  usage: '[N]',
  options: {
    list: { type: 'boolean', help: 'show what can be taken back' },
    json: common.json,
  },
  examples: [
    ['mcpcat undo', 'the last change'],
    ['mcpcat undo 3', 'the last three'],
    ['mcpcat undo --list', 'which there are'],
  ],
  load: () => import('../execute/undo.ts'),
};
