import { common, type CommandSpec } from '../command.ts';
import { clientOptions } from './client-options.ts';

export const spec: CommandSpec = {
  name: 'uninstall',
  summary: 'Take servers out of the configuration of MCP clients',
  usage: 'NAME…',
  options: { ...clientOptions, json: common.json, quiet: common.quiet },
  examples: [
    ['mcpcat uninstall time', 'out of every client that has it'],
    ['mcpcat uninstall time --client cursor --dry-run', 'show what would change'],
  ],
  completes: 'entries',
  load: () => import('../execute/uninstall.ts'),
};
