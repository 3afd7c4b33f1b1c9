import { foreignWords } from '../../pasted/foreign-line.ts';
import { common, type CommandSpec } from '../command.ts';

export const spec: CommandSpec = {
  name: 'add',
  summary: 'Make a verified entry from a package that nobody has described yet',
  usage: 'SOURCE | npx -y PACKAGE… | uvx PACKAGE…',
  options: {
    name: { type: 'string', value: 'NAME', help: 'name of the entry (default: made from the package)' },
    command: { type: 'string', value: 'BIN', help: 'which of its programs is the server' },
    args: { type: 'string', value: 'WORDS', help: 'arguments of the server (default: discovered)' },
    env: { type: 'string', multiple: true, value: 'NAME=VALUE', help: 'a setting it needs, with an example' },
    'allow-scripts': {
      type: 'string',
      multiple: true,
      value: 'PACKAGE',
      help: 'let the install script of a dependency run in the build (no root, no network)',
    },
    out: { type: 'string', value: 'DIR', help: 'catalog folder that gets the entry (default: --catalog)' },
    draft: { type: 'boolean', help: 'write the entry also if it could not be verified' },
    'keep-going': { type: 'boolean', help: 'the same as --draft' },
    'dry-run': { type: 'boolean', help: 'print the entry and write nothing' },
    'cool-down': { type: 'string', value: 'DAYS', help: 'how old a release must be (default: 3)' },
    base: { type: 'string', multiple: true, value: 'KIND=REF', help: 'another base image' },
    mirror: { type: 'string', value: 'URL', help: 'Debian mirror for system packages' },
    catalog: common.catalog,
    engine: common.engine,
    json: common.json,
    quiet: common.quiet,
  },
  examples: [
    ['mcpcat add npm:@brave/brave-search-mcp-server', 'lock, build, start, discover, verify, write'],
    ['mcpcat add uvx mcp-server-time', 'a line from a README'],
    ['mcpcat add go:github.com/grafana/mcp-grafana --dry-run', 'only show the entry'],
    ['mcpcat add npm:some-server --env SOME_URL=https://x.example.com', 'with an example of your own'],
  ],
  foreign: foreignWords,
  load: () => import('../execute/add.ts'),
};
