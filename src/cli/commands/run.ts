import { common, type CommandSpec } from '../command.ts';

export const spec: CommandSpec = {
  name: 'run',
  summary: 'Run a server for an MCP client over stdin and stdout',
  usage: 'NAME [OPTIONS] [-- ARGS]',
  options: {
    env: {
      type: 'string',
      multiple: true,
      value: 'NAME[=VALUE]',
      help: 'a setting that the entry declares; NAME alone: as in the environment',
    },
    'env-file': { type: 'string', multiple: true, value: 'FILE', help: 'settings, one NAME=VALUE a line' },
    'extra-env': {
      type: 'string',
      multiple: true,
      value: 'NAME[=VALUE]',
      help: 'a variable that the entry does not declare; it permits nothing else',
    },
    mount: {
      type: 'string',
      multiple: true,
      value: 'NAME=PATH[:ro|rw|rw-all]',
      help: 'hand a folder or file to a declared mount, read-only unless :rw (or :rw-all, without guards)',
    },
    allow: {
      type: 'string',
      multiple: true,
      value: 'HOST[:PORT]',
      help: 'a further host or address it may reach, also on your own network; port 443 unless given',
    },
    'allow-local': {
      type: 'string',
      multiple: true,
      value: 'PORT',
      help: 'a port of this machine; inside, localhost:PORT and host.mcpcat.internal:PORT lead to it',
    },
    'deny-network': { type: 'boolean', help: 'no host at all, whatever the entry declares' },
    memory: { type: 'string', value: 'SIZE', help: 'limit of memory, such as 512m' },
    cpus: { type: 'string', value: 'NUMBER', help: 'limit of processors' },
    pids: { type: 'string', value: 'NUMBER', help: 'limit of processes' },
    isolation: {
      type: 'string',
      value: 'gvisor|kata|NAME',
      help: 'a runtime of the engine with stronger isolation; refused where it has none',
    },
    image: {
      type: 'string',
      value: 'REF',
      help: 'another image, of whatever make; the entry still decides what it may do',
    },
    pull: {
      type: 'string',
      value: 'missing|always|never',
      help: 'when to pull the image (default: missing)',
    },
    build: {
      type: 'string',
      value: 'missing|never',
      help: 'when to build an image that is nowhere (default: missing at a terminal, never for a client)',
    },
    grace: { type: 'string', value: 'MS', help: 'time a server has to finish after its input has ended' },
    catalog: common.anyCatalog,
    engine: common.engine,
    quiet: common.quiet,
  },
  examples: [
    ['mcpcat run everything', 'start the reference server'],
    ['mcpcat run filesystem --mount data=$PWD', 'let it read this folder'],
    ['mcpcat run playwright --allow-local 3000', 'let a browser see your dev server'],
    ['BRAVE_API_KEY=… mcpcat run brave-search', 'take a setting from the environment'],
  ],
  completes: 'entries',
  load: () => import('../execute/run.ts'),
};
