import { common, type CommandSpec } from '../command.ts';

export const spec: CommandSpec = {
  name: 'browse',
  summary: 'Show the catalog in a browser, from this machine alone',
  usage: '',
  options: {
    port: { type: 'string', value: 'PORT', help: 'of 127.0.0.1 (default: a free one)' },
    'no-open': { type: 'boolean', help: 'say the address, and open no browser' },
    catalog: common.anyCatalog,
  },
  examples: [
    ['mcpcat browse', 'search, filter, read what each may do'],
    ['mcpcat browse --port 8000 --no-open', 'for a browser elsewhere'],
  ],
  load: () => import('../execute/browse.ts'),
};
