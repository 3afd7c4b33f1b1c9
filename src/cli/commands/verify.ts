import { common, type CommandSpec } from '../command.ts';

export const spec: CommandSpec = {
  name: 'verify',
  summary: 'Show who vouches for a server’s image, for what, and since when',
  usage: 'NAME',
  options: {
    offline: {
      type: 'boolean',
      help: 'ask nobody: judge what was kept of an earlier look or came with a bundle',
    },
    platform: {
      type: 'string',
      value: 'PLATFORM',
      help: 'linux/amd64 or linux/arm64 (default: the engine’s, else this machine’s)',
    },
    catalog: common.anyCatalog,
    engine: common.engine,
    json: common.json,
  },
  examples: [
    ['mcpcat verify time', 'exit code 1 unless it holds'],
    ['mcpcat verify time --offline --json', 'for a script, without a network'],
  ],
  completes: 'entries',
  load: () => import('../execute/verify.ts'),
};
