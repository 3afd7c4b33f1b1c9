import { common, type OptionSpec } from '../command.ts';

/** What a user may give to the start of one server, whoever speaks with it. */
export const startOptions = {
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
  'accept-missing': {
    type: 'string',
    multiple: true,
    value: 'memory|swap|cpu|pids',
    help: 'do without this limit (in a cluster no-exec and seccomp, too) where the engine lacks it, if your settings file permits that',
  },
  isolation: {
    type: 'string',
    value: 'gvisor|kata|NAME',
    help: 'a runtime of the engine with stronger isolation, refused where it has none; in a cluster a RuntimeClass without network, or policy',
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
  'insecure-unverified': common.unverified,
  catalog: common.anyCatalog,
  engine: { ...common.engine, help: `${common.engine.help}, or kubernetes://CONTEXT/NAMESPACE` },
  quiet: common.quiet,
} as const satisfies Record<string, OptionSpec>;
