import type { CommandSpec } from '../command.ts';
import { startOptions } from './start-options.ts';

export const spec: CommandSpec = {
  name: 'run',
  summary: 'Run a server for an MCP client over stdin and stdout',
  usage: 'NAME|npm:NAME|pypi:NAME|go:PATH [OPTIONS] [-- ARGS]',
  options: {
    ...startOptions,
    grace: { type: 'string', value: 'MS', help: 'time a server has to finish after its input has ended' },
  },
  examples: [
    ['mcpcat run everything', 'start the reference server'],
    ['mcpcat run npm:some-server', 'a package that no catalog has: added, granted, started'],
    ['mcpcat run filesystem --mount data=$PWD', 'let it read this folder'],
    ['mcpcat run playwright --allow-local 3000', 'let a browser see your dev server'],
    ['BRAVE_API_KEY=… mcpcat run brave-search', 'take a setting from the environment'],
  ],
  completes: 'entries',
  load: () => import('../execute/run.ts'),
};
