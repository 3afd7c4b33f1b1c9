import { common, type CommandSpec } from '../command.ts';
import { startOptions } from './start-options.ts';

export const spec: CommandSpec = {
  name: 'serve',
  summary: 'Serve many servers to one MCP client, each asleep until it is called',
  usage: '[NAME…] [--profile NAME] [--http [ADDRESS:PORT]]',
  options: {
    profile: {
      type: 'string',
      value: 'NAME',
      help: 'the servers of a profile, with its settings, folders and rules (mcpcat profile list)',
    },
    search: {
      type: 'boolean',
      help: 'show three tools that find, describe and call all others, instead of those',
    },
    http: {
      type: 'boolean',
      help: 'over Streamable HTTP: on loopback and any free port, or on the PORT or ADDRESS:PORT that is named',
    },
    'host-name': {
      type: 'string',
      multiple: true,
      value: 'NAME',
      help: 'with --http: a name by which clients call it, besides its addresses',
    },
    'token-file': {
      type: 'string',
      value: 'FILE',
      help: 'with --http: the token that clients must send is in this file, instead of one of its own',
    },
    isolation: startOptions.isolation,
    'accept-missing': startOptions['accept-missing'],
    warm: {
      type: 'string',
      value: 'N',
      help: 'in a cluster: keep N pods of each server parked, so that a first call does not wait for one to be made',
    },
    'log-content': {
      type: 'boolean',
      help: 'also log what tools are called with and what they answer (mcpcat calls)',
    },
    'insecure-unverified': common.unverified,
    catalog: common.anyCatalog,
    engine: common.engine,
    quiet: common.quiet,
  },
  examples: [
    ['mcpcat serve time memory', 'two servers as one; their tools are called time_… and memory_…'],
    ['mcpcat serve --profile work', 'the servers of ~/.config/mcpcat/profiles/work.yaml'],
    ['mcpcat serve --profile work --http 8080', 'over HTTP on 127.0.0.1, with a token'],
    ['mcpcat serve everything', 'one server, its tools under their own names'],
  ],
  completes: 'entries',
  load: () => import('../execute/serve.ts'),
};
