import { common, type CommandSpec } from '../command.ts';
import { clientOptions } from './client-options.ts';

export const spec: CommandSpec = {
  name: 'install',
  summary: 'Put servers into the configuration of MCP clients',
  usage: 'NAME|npm:NAME|pypi:NAME|go:PATH…',
  options: {
    ...clientOptions,
    serve: {
      type: 'boolean',
      help: 'one entry for all servers, those that clients start by mcpcat already among them: mcpcat serve',
    },
    profile: {
      type: 'string',
      value: 'NAME',
      help: 'with --serve: the profile that they go into (default: clients)',
    },
    name: {
      type: 'string',
      value: 'NAME',
      help: 'what the client calls it (default: its name in the catalog)',
    },
    env: {
      type: 'string',
      multiple: true,
      value: 'NAME[=VALUE]',
      help: 'a setting; a secret goes into the store, never into a client’s file',
    },
    mount: {
      type: 'string',
      multiple: true,
      value: 'NAME=PATH[:ro|rw|rw-all]',
      help: 'hand a folder or file to a declared mount',
    },
    catalog: common.anyCatalog,
    engine: common.engine,
    json: common.json,
    quiet: common.quiet,
  },
  examples: [
    ['mcpcat install time', 'in every client that is here, after a look at the change'],
    ['mcpcat install filesystem --client cursor --mount data=$PWD', 'with this folder, in one client'],
    [
      'mcpcat install github --client codex --env GITHUB_PERSONAL_ACCESS_TOKEN',
      'with the token of the environment, kept in the store',
    ],
    ['mcpcat install --serve', 'one entry instead of those that are there'],
    ['mcpcat undo', 'take it back'],
  ],
  completes: 'entries',
  load: () => import('../execute/install.ts'),
};
