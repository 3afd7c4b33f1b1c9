import { common, type CommandSpec } from '../command.ts';

export const spec: CommandSpec = {
  name: 'pull',
  summary: 'Fetch the images that the catalog names, by digest',
  usage: 'NAME… | --all',
  options: {
    all: { type: 'boolean', help: 'every entry of the catalog' },
    force: { type: 'boolean', help: 'fetch it even if it is here' },
    jobs: { type: 'string', value: 'N', help: 'how many at once (default: 2)' },
    'insecure-unverified': common.unverified,
    catalog: common.anyCatalog,
    engine: common.engine,
    json: common.json,
    quiet: common.quiet,
  },
  examples: [['mcpcat pull time memory', 'so that they start without network']],
  completes: 'entries',
  load: () => import('../execute/pull.ts'),
};
